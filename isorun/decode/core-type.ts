/** Core types in the binary format: those of modules (WebAssembly 3.0, 5.3 Types) and the module types of components. */
import type {
  CoreDeclaration,
  CoreExternTypeRef,
  CoreFieldType,
  CoreFuncType,
  CoreRefType,
  CoreStorageType,
  CoreSubType,
  CoreTypeRef,
  CoreValType,
  Limits,
} from "./ast.ts";
import type { ByteReader } from "./byte-reader.ts";

const numberTypes: Readonly<Record<number, CoreValType>> = {
  0x7f: "i32",
  0x7e: "i64",
  0x7d: "f32",
  0x7c: "f64",
  0x7b: "v128",
};

const heapTypes: Readonly<Record<number, string>> = {
  0x74: "noexn",
  0x73: "nofunc",
  0x72: "noextern",
  0x71: "none",
  0x70: "func",
  0x6f: "extern",
  0x6e: "any",
  0x6d: "eq",
  0x6c: "i31",
  0x6b: "struct",
  0x6a: "array",
  0x69: "exn",
  0x68: "cont",
  0x75: "nocont",
};

export function readCoreValType(reader: ByteReader): CoreValType {
  const code = reader.peek() ?? 0;
  const number = numberTypes[code];
  if (number === undefined) return readRefType(reader);
  reader.byte();
  return number;
}

export function readRefType(reader: ByteReader): CoreRefType {
  const code = reader.byte();
  const heap = heapTypes[code];
  if (heap !== undefined) return { kind: "ref", isNullable: true, heap };
  if (code !== 0x63 && code !== 0x64) return reader.failLeadingByte("value type");
  return { kind: "ref", isNullable: code === 0x63, heap: readHeapType(reader) };
}

function readHeapType(reader: ByteReader): string | number {
  const heap = heapTypes[reader.peek() ?? 0];
  if (heap === undefined) {
    const { offset } = reader;
    const code = reader.peek() ?? 0;
    const index = reader.s33();
    return index >= 0 ? index : reader.fail(`invalid leading byte (0x${code.toString(16)}) for heap type`, offset);
  }
  reader.byte();
  return heap;
}

/** Of a number of 32 bits. */
const shortBytesMax = 5;

/** Numbers of 64 bits whatever the index type (5.3.15): their range is a matter of validation. */
export function readLimits(reader: ByteReader): Limits & { readonly hasPageSize: boolean } {
  const flags = reader.byte();
  if (flags > 0x0f) reader.failLeadingByte("limits flags");
  const is64 = (flags & 0x04) !== 0;
  let isLong = false;
  const size = () => {
    const { offset } = reader;
    const value = reader.u64();
    isLong ||= reader.offset - offset > shortBytesMax;
    return value;
  };
  const minimum = size();
  const maximum = (flags & 0x01) === 0 ? undefined : size();
  return { minimum, maximum, isShared: (flags & 0x02) !== 0, is64, isLong, hasPageSize: (flags & 0x08) !== 0 };
}

export function readMemoryType(reader: ByteReader): CoreExternTypeRef & { readonly kind: "memory" } {
  const { hasPageSize, ...limits } = readLimits(reader);
  return { kind: "memory", limits, pageSizeLog2: hasPageSize ? reader.u32() : undefined };
}

export function readTableType(reader: ByteReader): CoreExternTypeRef & { readonly kind: "table" } {
  const element = readRefType(reader);
  const start = reader.offset;
  const { hasPageSize, ...limits } = readLimits(reader);
  if (hasPageSize || limits.isShared) reader.fail("malformed limits flags of a table", start);
  return { kind: "table", element, limits };
}

export function readGlobalType(reader: ByteReader): CoreExternTypeRef & { readonly kind: "global" } {
  const type = readCoreValType(reader);
  const mutability = reader.byte();
  if (mutability > 1) reader.fail("malformed mutability", reader.offset - 1);
  return { kind: "global", type, isMutable: mutability === 1 };
}

export function readCoreExternType(reader: ByteReader): CoreExternTypeRef {
  const kind = reader.byte();
  if (kind === 0x00) return { kind: "func", type: reader.u32() };
  if (kind === 0x01) return readTableType(reader);
  if (kind === 0x02) return readMemoryType(reader);
  if (kind === 0x03) return readGlobalType(reader);
  if (kind !== 0x04) return reader.failLeadingByte("external kind");
  if (reader.byte() !== 0) reader.failLeadingByte("tag attribute");
  return { kind: "tag", type: reader.u32() };
}

/** `recursive` types; a lone one is a group of itself. */
export function readRecGroup(reader: ByteReader): readonly CoreSubType[] {
  if (reader.peek() !== 0x4e) return [readSubType(reader)];
  reader.byte();
  return reader.list(readSubType);
}

function readSubType(reader: ByteReader): CoreSubType {
  const code = reader.peek();
  if (code !== 0x50 && code !== 0x4f) return { isFinal: true, supertypes: [], type: readCompositeType(reader) };
  reader.byte();
  const supertypes = reader.list((each) => each.u32());
  return { isFinal: code === 0x4f, supertypes, type: readCompositeType(reader) };
}

function readCompositeType(reader: ByteReader): CoreSubType["type"] {
  const code = reader.byte();
  if (code === 0x60) return readCoreFuncType(reader);
  if (code === 0x5f) return { kind: "struct", fields: reader.list(readField) };
  if (code === 0x5e) return { kind: "array", element: readField(reader) };
  return reader.failLeadingByte("type");
}

function readCoreFuncType(reader: ByteReader): CoreFuncType {
  const params = reader.list(readCoreValType);
  return { kind: "func", params, results: reader.list(readCoreValType) };
}

function readField(reader: ByteReader): CoreFieldType {
  const type = readStorageType(reader);
  return { type, isMutable: reader.boolean() };
}

function readStorageType(reader: ByteReader): CoreStorageType {
  const code = reader.peek();
  if (code !== 0x78 && code !== 0x77) return readCoreValType(reader);
  reader.byte();
  return code === 0x78 ? "i8" : "i16";
}

/** `core:type`: a module type, or what stands in a module's type section (a non-final subtype begins with 0x00 here). */
export function readCoreType(reader: ByteReader): CoreTypeRef {
  const code = reader.peek();
  if (code === 0x50) {
    reader.byte();
    return { kind: "module", declarations: reader.list(readCoreDeclaration) };
  }
  if (code === 0x00) {
    reader.byte();
    if (reader.peek() !== 0x50) {
      reader.byte();
      reader.failLeadingByte("non-final sub type");
    }
  }
  return { kind: "rec", types: readRecGroup(reader) };
}

function readCoreDeclaration(reader: ByteReader): CoreDeclaration {
  const { offset } = reader;
  const code = reader.byte();
  if (code === 0x00) {
    const module = reader.name();
    return { kind: "import", module, name: reader.name(), type: readCoreExternType(reader), offset };
  }
  // Within a module type there is none, so that 0x50 is that of a subtype.
  if (code === 0x01) return { kind: "type", types: readRecGroup(reader), offset };
  if (code === 0x02) return { kind: "alias", ...readCoreOuterAlias(reader), offset };
  if (code === 0x03) return { kind: "export", name: reader.name(), type: readCoreExternType(reader), offset };
  return reader.failLeadingByte("type definition");
}

function readCoreOuterAlias(reader: ByteReader): { readonly count: number; readonly index: number } {
  if (reader.byte() !== 0x10) reader.failLeadingByte("outer alias kind");
  if (reader.byte() !== 0x01) reader.failLeadingByte("outer alias target");
  const count = reader.u32();
  return { count, index: reader.u32() };
}
