/** Core modules as trees: functions, one memory, and what they export. */
import type { FlatType } from "../../isorun/types/flatten.ts";
import { byte, bytes, list, name, number, row, sized, type Tree } from "./tree.ts";

export interface CoreFunc {
  readonly params: readonly FlatType[];
  readonly results: readonly FlatType[];
}

export interface CoreImport extends CoreFunc {
  readonly name: string;
}

export interface CoreBody extends CoreFunc {
  readonly export: string;
  /** More of them, all of i32. */
  readonly locals?: number;
  /** Instructions without the last `end`. */
  readonly code: readonly number[];
}

export const valueCodes: Readonly<Record<FlatType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c };

const typeOf = ({ params, results }: CoreFunc): Tree =>
  row(
    byte(0x60),
    list(params.map((type) => byte(valueCodes[type]))),
    list(results.map((type) => byte(valueCodes[type]))),
  );

const section = (id: number, items: readonly Tree[]): Tree[] =>
  items.length === 0 ? [] : [row(byte(id), sized(list(items)))];

export interface CoreModuleSource {
  readonly imports: readonly CoreImport[];
  readonly bodies: readonly CoreBody[];
  /** The name of the module that its memory comes from; otherwise it has one of its own. */
  readonly memoryFrom?: string;
}

/** One page, which may grow to two. */
const limits = row(byte(0x01), number(1), number(2));

/** It imports functions from "", and exports its memory as "memory". */
export function coreModuleTree({ imports, bodies, memoryFrom }: CoreModuleSource): Tree {
  const memories = memoryFrom === undefined ? [] : [row(name(memoryFrom), name("memory"), byte(0x02), limits)];
  const exports = bodies.map((body, index) => row(name(body.export), byte(0x00), number(imports.length + index)));
  const bodyOf = ({ locals = 0, code }: CoreBody): Tree =>
    sized(row(list(locals === 0 ? [] : [row(number(locals), byte(0x7f))]), bytes(...code, 0x0b)));
  return row(
    bytes(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00),
    ...section(1, [...imports, ...bodies].map(typeOf)),
    ...section(2, [
      ...imports.map((each, index) => row(name(""), name(each.name), byte(0x00), number(index))),
      ...memories,
    ]),
    ...section(
      3,
      bodies.map((_, index) => number(imports.length + index)),
    ),
    ...section(5, memoryFrom === undefined ? [limits] : []),
    ...section(7, [row(name("memory"), byte(0x02), number(0)), ...exports]),
    ...section(10, bodies.map(bodyOf)),
  );
}
