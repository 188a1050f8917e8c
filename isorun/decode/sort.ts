/** Sorts: which index space an index is of (Binary.md, Instance Definitions). */
import type { ComponentSort, CoreSort, Sort, SortIndex } from "./ast.ts";
import type { ByteReader } from "./byte-reader.ts";

const coreSorts: Readonly<Record<number, CoreSort>> = {
  0x00: "func",
  0x01: "table",
  0x02: "memory",
  0x03: "global",
  0x04: "tag",
  0x10: "type",
  0x11: "module",
  0x12: "instance",
};

const componentSorts: Readonly<Record<number, ComponentSort>> = {
  0x01: "func",
  0x02: "value",
  0x03: "type",
  0x04: "component",
  0x05: "instance",
};

export function readCoreSort(reader: ByteReader): CoreSort {
  return coreSorts[reader.byte()] ?? reader.failLeadingByte("core external kind");
}

/** The sort that these bytes say; the second one stands only behind 0x00. */
export function sortOf(first: number, second: number | undefined): Sort | undefined {
  if (second === undefined) return componentSorts[first];
  const core = coreSorts[second];
  return core === undefined ? undefined : `core ${core}`;
}

export function readSort(reader: ByteReader): Sort {
  const first = reader.byte();
  const sort = sortOf(first, first === 0x00 ? reader.byte() : undefined);
  return sort ?? reader.failLeadingByte("component external kind");
}

/** Of what components can be given and can export: of core sorts only modules. */
export function readSortIndex(reader: ByteReader): SortIndex {
  const sort = readSort(reader);
  if (sort.startsWith("core ") && sort !== "core module") reader.failLeadingByte("component external kind");
  return { sort, index: reader.u32() };
}
