/** Types of components in the binary format (Binary.md, Type Definitions). */
import { readAlias } from "./alias.ts";
import type {
  CaseRef,
  Declaration,
  DefinedTypeRef,
  ExternTypeRef,
  FuncTypeRef,
  Labelled,
  Primitive,
  TypeRef,
  ValTypeRef,
} from "./ast.ts";
import type { ByteReader } from "./byte-reader.ts";
import { readCoreType, readCoreValType } from "./core-type.ts";
import { readExternName } from "./extern-name.ts";

const primitives: Readonly<Record<number, Primitive>> = {
  0x7f: "bool",
  0x7e: "s8",
  0x7d: "u8",
  0x7c: "s16",
  0x7b: "u16",
  0x7a: "s32",
  0x79: "u32",
  0x78: "s64",
  0x77: "u64",
  0x76: "f32",
  0x75: "f64",
  0x74: "char",
  0x73: "string",
  0x64: "error-context",
};

export function readValType(reader: ByteReader): ValTypeRef {
  const code = reader.peek() ?? 0;
  const primitive = primitives[code];
  if (primitive !== undefined) {
    reader.byte();
    return primitive;
  }
  const { offset } = reader;
  const index = reader.s33();
  if (index >= 0) return index;
  return reader.fail(`invalid leading byte (0x${code.toString(16)}) for component value type`, offset);
}

const optionalValType = (reader: ByteReader): ValTypeRef | undefined =>
  reader.optional(readValType, "optional component value type");

const readLabel = (reader: ByteReader): string => reader.name();

function readLabelled(reader: ByteReader): Labelled {
  const label = reader.name();
  return { label, type: readValType(reader) };
}

function readCase(reader: ByteReader): CaseRef {
  const label = reader.name();
  const type = optionalValType(reader);
  if (reader.byte() !== 0) reader.failLeadingByte("zero byte required");
  return { label, type };
}

/** Levels of component and instance types: the reference implementation's, which also keeps our recursion within the stack. */
const nestingMax = 100;

/** @param depth of the component and instance types around it */
export function readType(reader: ByteReader, depth = 0): TypeRef {
  const code = reader.byte();
  if (code === 0x40 || code === 0x43) return readFuncType(reader, code === 0x43);
  if (code === 0x41 || code === 0x42) return readDeclaredType(reader, code, depth + 1);
  if (code !== 0x3f) return readDefinedType(reader, code);
  const representation = readCoreValType(reader);
  return {
    kind: "resource",
    representation,
    destructor: reader.optional((each) => each.u32(), "optional resource destructor"),
  };
}

function readDefinedType(reader: ByteReader, code: number): DefinedTypeRef {
  const primitive = primitives[code];
  if (primitive !== undefined) return { kind: "primitive", primitive };
  const read = definedTypes[code];
  return read === undefined ? reader.failLeadingByte("component defined type") : read(reader);
}

const definedTypes: Readonly<Record<number, (reader: ByteReader) => DefinedTypeRef>> = {
  0x72: (reader) => ({ kind: "record", fields: reader.list(readLabelled) }),
  0x71: (reader) => ({ kind: "variant", cases: reader.list(readCase) }),
  0x70: (reader) => ({ kind: "list", element: readValType(reader) }),
  0x67: (reader) => {
    const element = readValType(reader);
    return { kind: "fixed-list", element, length: reader.u32() };
  },
  0x6f: (reader) => ({ kind: "tuple", types: reader.list(readValType) }),
  0x6e: (reader) => ({ kind: "flags", labels: reader.list(readLabel) }),
  0x6d: (reader) => ({ kind: "enum", labels: reader.list(readLabel) }),
  0x6b: (reader) => ({ kind: "option", type: readValType(reader) }),
  0x6a: (reader) => {
    const ok = optionalValType(reader);
    return { kind: "result", ok, error: optionalValType(reader) };
  },
  0x69: (reader) => ({ kind: "own", resource: reader.u32() }),
  0x68: (reader) => ({ kind: "borrow", resource: reader.u32() }),
  0x66: (reader) => ({ kind: "stream", element: optionalValType(reader) }),
  0x65: (reader) => ({ kind: "future", element: optionalValType(reader) }),
  0x63: (reader) => {
    const key = readValType(reader);
    return { kind: "map", key, value: readValType(reader) };
  },
};

function readFuncType(reader: ByteReader, isAsync: boolean): FuncTypeRef {
  const params = reader.list(readLabelled);
  return { kind: "func", isAsync, params, result: readResult(reader) };
}

/** `resultlist` */
export function readResult(reader: ByteReader): ValTypeRef | undefined {
  const code = reader.byte();
  if (code === 0x00) return readValType(reader);
  if (code !== 0x01) return reader.failLeadingByte("component function results");
  if (reader.byte() !== 0x00) reader.failLeadingByte("number of results");
  return undefined;
}

function readDeclaredType(reader: ByteReader, code: 0x41 | 0x42, depth: number): TypeRef {
  if (depth > nestingMax) reader.fail("component type nesting is too deep", reader.offset - 1);
  const [kind, read] =
    code === 0x41
      ? (["component", readComponentDeclaration] as const)
      : (["instance", readInstanceDeclaration] as const);
  return { kind, declarations: reader.list((each) => read(each, depth)) };
}

function readComponentDeclaration(reader: ByteReader, depth: number): Declaration {
  const { offset } = reader;
  if (reader.peek() !== 0x03) return readInstanceDeclaration(reader, depth);
  reader.byte();
  return { kind: "import", name: readExternName(reader), type: readExternType(reader), offset };
}

function readInstanceDeclaration(reader: ByteReader, depth: number): Declaration {
  const { offset } = reader;
  const code = reader.byte();
  if (code === 0x00) return { kind: "core type", type: readCoreType(reader), offset };
  if (code === 0x01) return { kind: "type", type: readType(reader, depth), offset };
  if (code === 0x02) return { kind: "alias", alias: readAlias(reader), offset };
  if (code === 0x04) return { kind: "export", name: readExternName(reader), type: readExternType(reader), offset };
  return reader.failLeadingByte("component or instance type declaration");
}

export function readExternType(reader: ByteReader): ExternTypeRef {
  const code = reader.byte();
  if (code === 0x00) {
    if (reader.byte() !== 0x11) reader.failLeadingByte("component external kind");
    return { kind: "core module", type: reader.u32() };
  }
  if (code === 0x01) return { kind: "func", type: reader.u32() };
  if (code === 0x02) return { kind: "value", type: readValueBound(reader) };
  if (code === 0x03) return { kind: "type", bound: readTypeBound(reader) };
  if (code === 0x04) return { kind: "component", type: reader.u32() };
  if (code === 0x05) return { kind: "instance", type: reader.u32() };
  return reader.failLeadingByte("component external kind");
}

function readTypeBound(reader: ByteReader): (ExternTypeRef & { readonly kind: "type" })["bound"] {
  const code = reader.byte();
  if (code === 0x00) return { kind: "eq", type: reader.u32() };
  return code === 0x01 ? { kind: "sub" } : reader.failLeadingByte("type bound");
}

function readValueBound(reader: ByteReader): ValTypeRef | { readonly equal: number } {
  const code = reader.byte();
  if (code === 0x00) return { equal: reader.u32() };
  return code === 0x01 ? readValType(reader) : reader.failLeadingByte("value bound");
}
