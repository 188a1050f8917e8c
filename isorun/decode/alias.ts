/** Aliases (Binary.md, Alias Definitions). */
import type { AliasRef, CoreSort, Sort } from "./ast.ts";
import type { ByteReader } from "./byte-reader.ts";
import { sortOf } from "./sort.ts";

/** Which sorts are allowed depends on the kind of alias, which stands behind the sort. */
export function readAlias(reader: ByteReader): AliasRef {
  const first = reader.byte();
  const second = first === 0x00 ? reader.byte() : undefined;
  const sortAt = reader.offset - 1;
  const sort = sortOf(first, second);
  const refuse = (production: string): never => {
    const code = (second ?? first).toString(16);
    return reader.fail(`invalid leading byte (0x${code}) for ${production}`, sortAt);
  };
  const code = reader.byte();
  if (code === 0x02) {
    const count = reader.u32();
    const index = reader.u32();
    return isOuterSort(sort) ? { kind: "outer", sort, count, index } : refuse("component outer alias kind");
  }
  if (code > 0x02) return reader.failLeadingByte("alias");
  const instance = reader.u32();
  const name = reader.name();
  if (code === 0x00) return isComponentSort(sort) ? { kind: "export", sort, instance, name } : refuse("export kind");
  return isCoreSort(sort)
    ? { kind: "core export", sort: coreSortOf(sort), instance, name }
    : refuse("core export kind");
}

type ComponentSide = Exclude<Sort, `core ${CoreSort}`> | "core module";

const isCoreSort = (sort: Sort | undefined): sort is `core ${CoreSort}` => sort?.startsWith("core ") ?? false;

const coreSortOf = (sort: `core ${CoreSort}`): CoreSort => sort.slice("core ".length) as CoreSort; // the rest of the type

const isComponentSort = (sort: Sort | undefined): sort is ComponentSide =>
  sort !== undefined && (!isCoreSort(sort) || sort === "core module");

const isOuterSort = (sort: Sort | undefined): sort is "type" | "component" | "core module" | "core type" =>
  sort === "type" || sort === "component" || sort === "core module" || sort === "core type";
