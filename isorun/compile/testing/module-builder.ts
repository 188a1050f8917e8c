/** Builds core modules for the tests of this folder, from opcodes. */
import { ByteWriter } from "../byte-writer.ts";

/** Instructions as bytes; a list within is spliced in. */
export type Code = readonly (number | Code)[];

/** By name, or the bytes of one that has no name here. */
export type ValueType = "i32" | "i64" | "f64" | "funcref" | readonly number[];

const valueCodes: Readonly<Record<ValueType & string, number>> = { i32: 0x7f, i64: 0x7e, f64: 0x7c, funcref: 0x70 };

const typeBytes = (type: ValueType): readonly number[] => (typeof type === "string" ? [valueCodes[type]] : type);

export interface Signature {
  readonly params?: readonly ValueType[];
  readonly results?: readonly ValueType[];
}

export interface FunctionSource extends Signature {
  readonly locals?: readonly ValueType[];
  /** So many more of one type. */
  readonly manyLocals?: readonly [count: number, type: ValueType];
  /** Without the last `end`. */
  readonly code: Code;
  readonly export?: string;
}

interface ImportSource extends Signature {
  readonly module: string;
  readonly name: string;
  /** A mutable global instead of a function. */
  readonly global?: ValueType;
}

export interface ModuleSource {
  readonly imports?: readonly ImportSource[];
  readonly functions?: readonly FunctionSource[];
  /** Minimum and maximum, in pages. */
  readonly memory?: readonly [minimum: number, maximum?: number];
  readonly table?: readonly [minimum: number, maximum?: number];
  readonly tableType?: ValueType;
  /** What stands in it at first. */
  readonly tableValue?: Code;
  readonly globals?: readonly { readonly type: ValueType; readonly value: Code; readonly export?: string }[];
  readonly start?: number;
  /** Indices of functions that are put into the table from its beginning. */
  readonly elements?: readonly number[];
  /** One from its flags on, instead of `elements`. */
  readonly elementSegment?: readonly number[];
  readonly data?: Uint8Array;
  readonly hasTag?: boolean;
  readonly tagParams?: readonly ValueType[];
  /** Behind all others: structures, arrays. */
  readonly types?: readonly (readonly number[])[];
  /** Sizes of the memory and the table have 64 bits. */
  readonly isWide?: boolean;
  readonly custom?: readonly (readonly [name: string, contents: Uint8Array])[];
}

export function flat(code: Code): number[] {
  return code.flatMap((part) => (typeof part === "number" ? [part] : flat(part)));
}

/** A signed LEB128, for constants. */
export function leb(value: number | bigint): number[] {
  const bytes: number[] = [];
  for (let rest = BigInt(value); ; ) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    const isLast = (rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40);
    bytes.push(isLast ? low : low | 0x80);
    if (isLast) return bytes;
  }
}

/** An unsigned LEB128, for indices. */
export function index(value: number): number[] {
  const writer = new ByteWriter(8);
  writer.unsigned(value);
  return [...writer.taken()];
}

const name = (text: string): number[] => {
  const bytes = new TextEncoder().encode(text);
  return [...index(bytes.length), ...bytes];
};

const list = (items: readonly (readonly number[])[]): number[] => [...index(items.length), ...items.flat()];

function limits([minimum, maximum]: readonly [number, number?], { isWide = false }: ModuleSource): number[] {
  const wide = isWide ? 4 : 0;
  return maximum === undefined ? [wide, ...index(minimum)] : [wide | 1, ...index(minimum), ...index(maximum)];
}

function tableOf(sizes: readonly [number, number?], source: ModuleSource): number[] {
  const { tableType = "funcref", tableValue } = source;
  const type = [...typeBytes(tableType), ...limits(sizes, source)];
  return tableValue === undefined ? type : [0x40, 0, ...type, ...flat(tableValue), 0x0b];
}

const signature = ({ params = [], results = [] }: Signature): number[] => [
  0x60,
  ...list(params.map((type) => typeBytes(type))),
  ...list(results.map((type) => typeBytes(type))),
];

/** The type of each imported and each own function stands at the function's index; that of the tag behind them. */
export function buildModule(source: ModuleSource): Uint8Array {
  const { imports = [], functions = [], globals = [], elements, data, custom = [] } = source;
  const imported = imports.filter(({ global }) => global === undefined);
  const types = [...imported, ...functions].map(signature);
  if (source.hasTag === true) types.push(signature({ params: source.tagParams ?? [] }));
  const tag = types.length - 1;
  types.push(...(source.types?.map((type) => [...type]) ?? []));
  const exports = [
    ...exportsOf(functions, 0, imported.length),
    ...exportsOf(globals, 3, imports.length - imported.length),
  ];
  const sections: (readonly [number, readonly number[] | undefined])[] = [
    [1, list(types)],
    [2, list(importsOf(imports))],
    [3, list(functions.map((_, place) => index(imported.length + place)))],
    [4, source.table && list([tableOf(source.table, source)])],
    [5, source.memory && list([limits(source.memory, source)])],
    [13, source.hasTag === true ? [1, 0, ...index(tag)] : undefined],
    [6, list(globals.map(({ type, value }) => [...typeBytes(type), 1, ...flat(value), 0x0b]))],
    [7, list(exports)],
    [8, source.start === undefined ? undefined : index(source.start)],
    [
      9,
      source.elementSegment
        ? [1, ...source.elementSegment]
        : elements && [1, 0, 0x41, 0, 0x0b, ...list(elements.map(index))],
    ],
    [12, data && [1]],
    [10, list(functions.map(bodyOf))],
    [11, data && [1, 0, 0x41, 0, 0x0b, ...index(data.length), ...data]],
  ];
  return assemble(sections, custom);
}

const exportsOf = (items: readonly { readonly export?: string }[], kind: number, from: number): number[][] =>
  items.flatMap((item, place) =>
    item.export === undefined ? [] : [[...name(item.export), kind, ...index(from + place)]],
  );

function importsOf(imports: readonly ImportSource[]): number[][] {
  let functions = 0;
  return imports.map(({ module, name: field, global }) => {
    const type = global === undefined ? [0, ...index(functions)] : [3, ...typeBytes(global), 1];
    if (global === undefined) functions += 1;
    return [...name(module), ...name(field), ...type];
  });
}

function bodyOf({ locals = [], manyLocals, code }: FunctionSource): number[] {
  const groups: (readonly [number, ValueType])[] = locals.map((type) => [1, type]);
  if (manyLocals !== undefined) groups.push(manyLocals);
  const body = [...list(groups.map(([count, type]) => [...index(count), ...typeBytes(type)])), ...flat(code), 0x0b];
  return [...index(body.length), ...body];
}

function assemble(
  sections: readonly (readonly [number, readonly number[] | undefined])[],
  custom: readonly (readonly [string, Uint8Array])[],
): Uint8Array {
  const writer = new ByteWriter(1024);
  writer.append([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  for (const [id, contents] of sections) {
    if (contents === undefined || (contents.length === 1 && id !== 8 && id !== 12)) continue;
    writer.byte(id);
    writer.sized(Uint8Array.from(contents));
  }
  for (const [title, contents] of custom) {
    writer.byte(0);
    writer.sized(Uint8Array.from([...name(title), ...contents]));
  }
  return writer.taken().slice();
}
