/** How large the memories and tables of a module are, as it declares them. */
import type { CoreModule } from "../core-module/core-module.ts";
import { ByteReader } from "../decode/byte-reader.ts";
import { readMemoryType, readTableType } from "../decode/core-type.ts";
import { pageSizeLog2Of } from "../types/core-types.ts";
import { CodeCursor } from "./code-cursor.ts";
import type { IndexShift } from "./index-shift.ts";
import { rewriteConstant } from "./rewrite-constant.ts";

interface Sizes {
  readonly minimum: number;
  /** Undefined: what the engine can do. */
  readonly maximum: number | undefined;
  readonly is64: boolean;
  readonly isShared: boolean;
  readonly isImported: boolean;
}

/** In pages. */
export interface MemorySizes extends Sizes {
  readonly pageSizeLog2: number;
}

/** In elements. */
export type TableSizes = Sizes;

/** By index: imported ones, then those of the section. */
export function memorySizes(module: CoreModule, contents: Uint8Array | undefined): MemorySizes[] {
  const imported = module.imports.flatMap(({ type }) =>
    type.kind === "memory" ? [sizesOf(type.limits, { isImported: true, pageSizeLog2: type.pageSizeLog2 })] : [],
  );
  const defined = itemsOf(contents, (reader) => {
    const { limits, pageSizeLog2 } = readMemoryType(reader);
    return sizesOf(limits, { isImported: false, pageSizeLog2: pageSizeLog2Of(pageSizeLog2) });
  });
  return [...imported, ...defined];
}

export interface TableSource {
  readonly contents: Uint8Array | undefined;
  /** For the first values of tables. */
  readonly shifts: { readonly functions: IndexShift; readonly globals: IndexShift; readonly typeCount: number };
}

export function tableSizes(module: CoreModule, { contents, shifts }: TableSource): TableSizes[] {
  const imported = module.imports.flatMap(({ type }) =>
    type.kind === "table" ? [sizesOf(type.limits, { isImported: true })] : [],
  );
  const defined = itemsOf(contents, (reader) => {
    const hasValue = reader.peek() === 0x40;
    if (hasValue) reader.take(2);
    const { limits } = readTableType(reader);
    if (hasValue) skipConstant(reader, shifts);
    return sizesOf(limits, { isImported: false });
  });
  return [...imported, ...defined];
}

type Limits = ReturnType<typeof readTableType>["limits"];

function sizesOf<T extends object>({ minimum, maximum, is64, isShared }: Limits, rest: T) {
  return { minimum, maximum, is64, isShared, ...rest };
}

function itemsOf<T>(contents: Uint8Array | undefined, item: (reader: ByteReader) => T): T[] {
  return contents === undefined ? [] : new ByteReader(contents).list(item);
}

function skipConstant(reader: ByteReader, shifts: TableSource["shifts"]): void {
  const cursor = new CodeCursor(reader.bytes, 64);
  cursor.at = reader.offset;
  cursor.output.skipTo(reader.offset);
  rewriteConstant(cursor, shifts);
  reader.offset = cursor.at;
}
