/** Instances, core ones and those of components (Binary.md, Instance Definitions). */
import type { CoreInstanceRef, InstanceRef } from "./ast.ts";
import type { ByteReader } from "./byte-reader.ts";
import { readExternName } from "./extern-name.ts";
import { readCoreSort, readSortIndex } from "./sort.ts";

export function readCoreInstance(reader: ByteReader): CoreInstanceRef {
  const code = reader.byte();
  if (code === 0x00) {
    const module = reader.u32();
    return { kind: "instantiate", module, arguments: reader.list(readCoreArgument) };
  }
  if (code !== 0x01) return reader.failLeadingByte("core instance");
  const exports = reader.list((each) => {
    const name = each.name();
    return { name, sort: readCoreSort(each), index: each.u32() };
  });
  return { kind: "exports", exports };
}

function readCoreArgument(reader: ByteReader): { readonly name: string; readonly instance: number } {
  const name = reader.name();
  if (reader.byte() !== 0x12) reader.failLeadingByte("instantiation arg kind");
  return { name, instance: reader.u32() };
}

export function readInstance(reader: ByteReader): InstanceRef {
  const code = reader.byte();
  if (code === 0x00) {
    const component = reader.u32();
    const given = reader.list((each) => {
      const name = each.name();
      return { name, value: readSortIndex(each) };
    });
    return { kind: "instantiate", component, arguments: given };
  }
  if (code !== 0x01) return reader.failLeadingByte("instance");
  const exports = reader.list((each) => {
    const name = readExternName(each);
    return { name, value: readSortIndex(each) };
  });
  return { kind: "exports", exports };
}
