/**
 * What of a module the engine's collector keeps, and no account sees: structures and arrays, and exceptions, which can be
 * held by a reference. Whoever limits memory refuses such a module (docs/decisions/0008-metering.md).
 *
 * An exception that only passes through, as those of C++ do, is none of it: it holds few numbers, and is held by frames,
 * in whose locals nobody counts them.
 */
import type { CoreModule } from "../core-module/core-module.ts";
import type { CoreFuncType, CoreValType } from "../decode/ast.ts";
import { ByteReader } from "../decode/byte-reader.ts";

/** Of a tag: more would be memory that a frame can hold with a reference of some bytes. */
const exceptionValuesMax = 16;

const kinds = {
  aggregates: "structures or arrays",
  exceptions: `exceptions that hold exceptions, or more than ${exceptionValuesMax} values`,
  places: "tables or globals that hold exceptions",
} as const;

export class HeapObjects {
  #kind: string | undefined;

  /** @param tags all of the module's */
  constructor({ types, imports }: CoreModule, tags: readonly CoreFuncType[]) {
    for (let index = 0; index < types.size; index += 1) {
      if (types.at(index)?.type.kind !== "func") this.#kind ??= kinds.aggregates;
    }
    for (const { type } of imports) {
      if (type.kind === "table") this.#place(type.element);
      else if (type.kind === "global") this.#place(type.type);
    }
    for (const tag of tags) this.#tag(tag);
  }

  /** In words; undefined if there is nothing. */
  get kind(): string | undefined {
    return this.#kind;
  }

  /** The type of a table's elements or of a global, in `bytes` from `at` on. */
  notePlace(bytes: Uint8Array, at: number): void {
    const code = bytes[at];
    const heap = code === 0x63 || code === 0x64 ? bytes[at + 1] : code;
    if (heap === exceptionHeap) this.#kind ??= kinds.places;
  }

  #tag({ params }: CoreFuncType): void {
    if (params.length > exceptionValuesMax || params.some(isException)) this.#kind ??= kinds.exceptions;
  }

  #place(type: CoreValType): void {
    if (isException(type)) this.#kind ??= kinds.places;
  }
}

const exceptionHeap = 0x69;

const isException = (type: CoreValType): boolean => typeof type !== "string" && type.heap === "exn";

/** By index: imported ones, then those of their section. */
export function tagTypes({ types, imports }: CoreModule, contents: Uint8Array | undefined): readonly CoreFuncType[] {
  const imported = imports.flatMap(({ type }) => (type.kind === "tag" ? [type.type] : []));
  if (contents === undefined) return imported;
  const defined = new ByteReader(contents).list((reader) => {
    reader.byte(); // the attribute: an exception
    const type = types.at(reader.u32())?.type;
    return type?.kind === "func" ? type : reader.fail("a tag is of a function type");
  });
  return [...imported, ...defined];
}
