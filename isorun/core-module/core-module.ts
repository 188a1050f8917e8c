/**
 * What a component has to know of a core module: the types of its imports and exports, and where its sections are.
 * Function bodies are looked at by the engine's own compiler, which validates them, and by the passes that rewrite them.
 */

import type { CoreExternTypeRef, CoreFuncType } from "../decode/ast.ts";
import { ByteReader } from "../decode/byte-reader.ts";
import {
  readCoreExternType,
  readGlobalType,
  readMemoryType,
  readRecGroup,
  readTableType,
} from "../decode/core-type.ts";
import { UnsupportedError, ValidationError } from "../errors/errors.ts";
import { type CoreExternType, type CoreImport, CoreTypeSpace, pageSizeLog2Of } from "../types/core-types.ts";
import { unknownTypeIn, unknownTypeOf } from "../types/unknown-type.ts";
import { areTooLongForEngines, limitsProblem } from "./limits.ts";

export interface CoreSection {
  readonly id: number;
  /** From the section's id to its end, and where its contents begin. */
  readonly start: number;
  readonly contents: number;
  readonly end: number;
}

export interface CoreModule {
  readonly bytes: Uint8Array;
  /** Where it begins in the file, in bytes. */
  readonly offset: number;
  readonly types: CoreTypeSpace;
  readonly imports: readonly CoreImport[];
  readonly exports: ReadonlyMap<string, CoreExternType>;
  /** Of all functions, imported ones first. */
  readonly functions: readonly CoreExternType[];
  readonly sections: readonly CoreSection[];
}

/** Ids in the order in which they must come. */
const order: readonly number[] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/** @param offset of the module in the file, for messages. @throws DecodeError | ValidationError | UnsupportedError */
export function decodeCoreModule(file: Uint8Array, offset = 0, end = file.length): CoreModule {
  const reader = new ByteReader(file, offset, end);
  readPreamble(reader);
  const module = new ModuleReader();
  const sections: CoreSection[] = [];
  let last = -1;
  while (!reader.isAtEnd) {
    const start = reader.offset;
    const id = reader.byte();
    const section = reader.section(reader.u32());
    sections.push({ id, start, contents: section.offset, end: section.end });
    if (id === 0) {
      section.name();
      continue;
    }
    const place = order.indexOf(id);
    if (place < 0) reader.fail(`malformed section id: ${id}`, start);
    if (place <= last) reader.fail("section out of order", start);
    last = place;
    module.readSection(id, section);
  }
  const { types, imports, exports, functions } = module;
  return { bytes: file.subarray(offset, end), offset, types, imports, exports, functions, sections };
}

function readPreamble(reader: ByteReader): void {
  const { offset } = reader;
  const preamble = reader.take(8);
  const words = new DataView(preamble.buffer, preamble.byteOffset, 8);
  if (words.getUint32(0, true) !== 0x6d736100) reader.fail("magic header not detected: bad magic number", offset);
  if (words.getUint32(4, true) !== 1) reader.fail("expected a version header for a module", offset + 4);
}

class ModuleReader {
  readonly types = new CoreTypeSpace();
  readonly imports: CoreImport[] = [];
  readonly exports = new Map<string, CoreExternType>();
  readonly functions: CoreExternType[] = [];
  readonly #tables: CoreExternType[] = [];
  readonly #memories: CoreExternType[] = [];
  readonly #globals: CoreExternType[] = [];
  readonly #tags: CoreExternType[] = [];

  readSection(id: number, section: ByteReader): void {
    const read = this.#readers[id];
    if (read === undefined) return;
    const count = section.u32();
    for (let index = 0; index < count; index += 1) read(section);
    if (!section.isAtEnd) section.fail("section size mismatch: unexpected data at the end of the section");
  }

  readonly #readers: Readonly<Record<number, (section: ByteReader) => void>> = {
    1: (section) => this.#readGroup(section),
    2: (section) => this.#readImport(section),
    3: (section) => this.functions.push(this.#resolve({ kind: "func", type: section.u32() }, section)),
    4: (section) => this.#readTable(section),
    5: (section) => this.#memories.push(this.#resolve(readMemoryType(section), section)),
    13: (section) => {
      if (section.byte() !== 0) section.failLeadingByte("tag attribute");
      this.#tags.push(this.#resolve({ kind: "tag", type: section.u32() }, section));
    },
    6: (section) => {
      this.#globals.push(this.#resolve(readGlobalType(section), section));
      skipExpression(section);
    },
    7: (section) => this.#readExport(section),
  };

  #readGroup(section: ByteReader): void {
    const { offset } = section;
    const group = readRecGroup(section);
    const unknown = unknownTypeIn(group, this.types);
    if (unknown !== undefined) throw new ValidationError(unknownType(unknown), offset);
    this.types.addGroup(group);
  }

  #readImport(section: ByteReader): void {
    const module = section.name();
    const name = section.name();
    const type = this.#resolve(readCoreExternType(section), section);
    this.imports.push({ module, name, type });
    this.#spaceOf(type.kind).push(type);
  }

  /** A table may have an initial value: its type stands behind 0x40 0x00 then. */
  #readTable(section: ByteReader): void {
    const hasValue = section.peek() === 0x40;
    if (hasValue) section.take(2);
    this.#tables.push(this.#resolve(readTableType(section), section));
    if (hasValue) skipExpression(section);
  }

  #readExport(section: ByteReader): void {
    const name = section.name();
    const kind = exportKinds[section.byte()] ?? section.failLeadingByte("external kind");
    const at = section.offset;
    const index = section.u32();
    const type = this.#spaceOf(kind)[index];
    if (type === undefined) {
      throw new ValidationError(`unknown ${kind} ${index}: exported ${kind} index out of bounds`, at);
    }
    if (this.exports.has(name)) throw new ValidationError(`duplicate export name \`${name}\` already defined`, at);
    this.exports.set(name, type);
  }

  #spaceOf(kind: CoreExternType["kind"]): CoreExternType[] {
    const spaces = {
      func: this.functions,
      table: this.#tables,
      memory: this.#memories,
      global: this.#globals,
      tag: this.#tags,
    };
    return spaces[kind];
  }

  #resolve(type: CoreExternTypeRef, section: ByteReader): CoreExternType {
    const resolved = resolveCoreExternType(type, this.types);
    if (typeof resolved === "string") throw new ValidationError(resolved, section.offset);
    if ("limits" in resolved && areTooLongForEngines(resolved.limits)) {
      throw new UnsupportedError(`a ${resolved.kind} whose limits are written in more than five bytes`);
    }
    return resolved;
  }
}

const exportKinds = ["func", "table", "memory", "global", "tag"] as const;

export const unknownType = (index: number): string => `unknown type ${index}: type index out of bounds`;

/** With indices of types followed; a text says what is wrong. */
export function resolveCoreExternType(type: CoreExternTypeRef, types: CoreTypeSpace): CoreExternType | string {
  if (type.kind === "table" || type.kind === "global") {
    const unknown = unknownTypeOf(
      type.kind === "table" ? type.element : type.type,
      (heap) => types.at(heap) !== undefined,
    );
    if (unknown !== undefined) return unknownType(unknown);
  }
  if (type.kind === "global") return { ...type, key: types.valKey(type.type) };
  if (type.kind === "table" || type.kind === "memory") {
    const problem = limitsProblem(type);
    if (problem !== undefined) return problem;
    if (type.kind === "table") return { ...type, elementKey: types.valKey(type.element) };
    return { ...type, pageSizeLog2: pageSizeLog2Of(type.pageSizeLog2) };
  }
  const composite = types.at(type.type)?.type;
  if (composite === undefined) return unknownType(type.type);
  if (composite.kind !== "func") return `type index ${type.type} is not a function type`;
  return { kind: type.kind, type: composite satisfies CoreFuncType, key: types.keyAt(type.type) };
}

/** Passes over a constant expression (WebAssembly 3.0, 3.5.17): its instructions are few. */
function skipExpression(section: ByteReader): void {
  for (;;) {
    const code = section.byte();
    if (code === 0x0b) return;
    const skip = immediates[code];
    if (skip !== undefined) skip(section);
  }
}

const index = (section: ByteReader): void => {
  section.u32();
};
const skipBytes =
  (count: number) =>
  (section: ByteReader): void => {
    section.take(count);
  };
const signed = (section: ByteReader): void => {
  while (section.byte() >= 0x80);
};

const readHeap = (section: ByteReader): void => {
  if ((section.peek() ?? 0) < 0x40 || (section.peek() ?? 0) >= 0x80) section.s33();
  else section.byte();
};

const immediates: Readonly<Record<number, (section: ByteReader) => void>> = {
  0x23: index, // global.get
  0x41: signed, // i32.const
  0x42: signed, // i64.const
  0x43: skipBytes(4), // f32.const
  0x44: skipBytes(8), // f64.const
  0xd0: readHeap, // ref.null
  0xd2: index, // ref.func
  0xfb: (section) => skipGc(section),
  0xfd: (section) => {
    if (section.u32() === 12) section.take(16); // v128.const
  },
};

/** struct.new, array.new and their kin: a type, and a length for array.new_fixed. */
function skipGc(section: ByteReader): void {
  const code = section.u32();
  if (code <= 1 || code === 6 || code === 7) section.u32();
  if (code === 8) {
    section.u32();
    section.u32();
  }
}
