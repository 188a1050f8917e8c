/** Writes core modules: sections, types, imports and one kind of function body. Only what adapters are made of. */
import type { FlatFuncType, FlatType } from "../types/flatten.ts";

const typeCodes: Readonly<Record<FlatType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c };

export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const byte = rest % 0x80;
    rest = Math.floor(rest / 0x80);
    bytes.push(rest > 0 ? byte | 0x80 : byte);
  } while (rest > 0);
  return bytes;
}

export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const isLast = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0);
    bytes.push(isLast ? byte : byte | 0x80);
    if (isLast) return bytes;
  }
}

export function signed64(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asIntN(64, value);
  for (;;) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    const isLast = (rest === 0n && (byte & 0x40) === 0) || (rest === -1n && (byte & 0x40) !== 0);
    bytes.push(isLast ? byte : byte | 0x80);
    if (isLast) return bytes;
  }
}

const encoder = new TextEncoder();

function name(text: string): number[] {
  const bytes = encoder.encode(text);
  return [...unsigned(bytes.length), ...bytes];
}

const list = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];

const section = (id: number, contents: readonly number[]): number[] => [id, ...unsigned(contents.length), ...contents];

/** `\0asm`, version 1. */
const preamble: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

export interface FunctionBody {
  readonly type: FlatFuncType;
  /** Types of the locals behind the parameters. */
  readonly locals: readonly FlatType[];
  readonly code: readonly number[];
}

/** What our own modules call themselves in traces: `link` is what one instance calls another through. */
export const glueNames = { link: "isorun:link", other: "isorun:glue" } as const;

export class ModuleWriter {
  readonly #name: string;
  readonly #types: string[] = [];
  readonly #typeBytes: (readonly number[])[] = [];
  readonly #imports: (readonly number[])[] = [];
  readonly #functions: FunctionBody[] = [];
  #importedFuncs = 0;
  #memories = 0;
  #globals = 0;

  constructor({ isLink = false }: { readonly isLink?: boolean } = {}) {
    this.#name = isLink ? glueNames.link : glueNames.other;
  }

  /** The index of a function type. */
  type({ params, results }: FlatFuncType): number {
    const codes = (types: readonly FlatType[]) => list(types.map((type) => [typeCodes[type]]));
    const bytes = [0x60, ...codes(params), ...codes(results)];
    const key = bytes.join(",");
    const known = this.#types.indexOf(key);
    if (known >= 0) return known;
    this.#typeBytes.push(bytes);
    return this.#types.push(key) - 1;
  }

  /** @returns its index among functions; all imports come before the first function */
  importFunc(field: string, type: FlatFuncType): number {
    this.#imports.push([...name(""), ...name(field), 0x00, ...unsigned(this.type(type))]);
    this.#importedFuncs += 1;
    return this.#importedFuncs - 1;
  }

  importMemory(field: string): number {
    this.#imports.push([...name(""), ...name(field), 0x02, 0x00, 0x00]);
    this.#memories += 1;
    return this.#memories - 1;
  }

  /** A constant that each instance of the module is given. */
  importConstant(field: string, type: "i32" | "i64" = "i32"): number {
    this.#imports.push([...name(""), ...name(field), 0x03, typeCodes[type], 0x00]);
    this.#globals += 1;
    return this.#globals - 1;
  }

  /** A variable of 64 bits, which others write too. */
  importAccount(field: string): number {
    this.#imports.push([...name(""), ...name(field), 0x03, typeCodes.i64, 0x01]);
    this.#globals += 1;
    return this.#globals - 1;
  }

  addFunc(body: FunctionBody): number {
    this.type(body.type);
    return this.#importedFuncs + this.#functions.push(body) - 1;
  }

  /** The bytes of the module, which exports one function as `f`. */
  finish(exported: number): Uint8Array<ArrayBuffer> {
    const codes = this.#functions.map(({ locals, code }) => {
      const groups = list(locals.map((type) => [1, typeCodes[type]]));
      const body = [...groups, ...code, 0x0b];
      return [...unsigned(body.length), ...body];
    });
    return new Uint8Array([
      ...preamble,
      ...section(1, list(this.#typeBytes)),
      ...section(2, list(this.#imports)),
      ...section(3, list(this.#functions.map(({ type }) => unsigned(this.type(type))))),
      ...section(7, list([[...name("f"), 0x00, ...unsigned(exported)]])),
      ...section(10, list(codes)),
      ...section(0, [...name("name"), ...section(0, name(this.#name))]),
    ]);
  }
}
