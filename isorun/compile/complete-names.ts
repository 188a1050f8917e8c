/**
 * Gives functions without a name their index as one, in modules that name some: JavaScriptCore tells nothing of such a
 * function in a trace, where it tells the index of one in a module without names. In: the bytes of a module. Out: the
 * same with all names in the place of those that stand behind its code, so that nothing moves of which the engine would
 * tell where it is. What cannot be read is left to the engine.
 */
import { type CoreNames, readNames } from "../core-module/function-names.ts";
import { ByteReader } from "../decode/byte-reader.ts";
import { readCoreExternType } from "../decode/core-type.ts";
import { DecodeError } from "../errors/errors.ts";
import { ByteWriter } from "./byte-writer.ts";

const ids = { custom: 0, import: 2, function: 3 } as const;
const subsections = { module: 0, functions: 1 } as const;
const preambleBytes = 8;

/** More names take milliseconds to read: of such a module a trace tells what the engine does. */
const namesBytesMax = 2 ** 18;

/** @returns the same bytes where nothing is missing */
export function withAllNames(bytes: Uint8Array): Uint8Array {
  try {
    const found = namesOf(bytes);
    if (found === undefined) return bytes;
    return joined([bytes.subarray(0, found.start), nameSection(found), bytes.subarray(found.behind)]);
  } catch (error) {
    if (error instanceof DecodeError) return bytes;
    throw error;
  }
}

interface Found extends CoreNames {
  /** Of their section, in the bytes. */
  readonly start: number;
  readonly behind: number;
  /** Functions of the module's own: the first, and one behind the last. */
  readonly first: number;
  readonly end: number;
}

/** Undefined if there is no section of names behind the code, or one of all that there are. */
function namesOf(bytes: Uint8Array): Found | undefined {
  const reader = new ByteReader(bytes, preambleBytes);
  let [first, own] = [0, 0];
  let found: { readonly names: ByteReader; readonly start: number } | undefined;
  while (!reader.isAtEnd) {
    const start = reader.offset;
    const id = reader.byte();
    const section = reader.section(reader.u32());
    if (id === ids.import) first = importedFuncs(section);
    else if (id === ids.function) own = section.u32();
    if (id !== ids.custom) found = undefined;
    else if (found === undefined && section.name() === "name") found = { names: section, start };
  }
  if (found === undefined || found.names.end - found.names.offset > namesBytesMax) return undefined;
  const { names, start } = found;
  const behind = names.end;
  const end = first + own;
  if (countOf(new ByteReader(bytes, names.offset, behind)) >= end) return undefined;
  const read = readNames(names);
  for (let index = first; index < end; index += 1) {
    if (!read.functions.has(index)) return { ...read, first, end, start, behind };
  }
  return undefined;
}

/** Of functions with names. Most modules name all, and their names need not be read. */
function countOf(reader: ByteReader): number {
  while (!reader.isAtEnd) {
    const id = reader.byte();
    const part = reader.section(reader.u32());
    if (id === subsections.functions) return part.u32();
  }
  return 0;
}

const importedFuncs = (section: ByteReader): number =>
  section
    .list((reader) => {
      reader.name();
      reader.name();
      return readCoreExternType(reader);
    })
    .filter(({ kind }) => kind === "func").length;

const encoder = new TextEncoder();

function nameSection({ module, functions, first, end }: Found): Uint8Array {
  const contents = new ByteWriter(1024);
  contents.sized(encoder.encode("name"));
  if (module !== undefined) {
    const text = new ByteWriter(64);
    text.sized(encoder.encode(module));
    contents.byte(subsections.module);
    contents.sized(text.taken());
  }
  const all = new ByteWriter(1024);
  all.unsigned(end - first);
  for (let index = first; index < end; index += 1) {
    all.unsigned(index);
    all.sized(encoder.encode(functions.get(index) ?? `${index}`));
  }
  contents.byte(subsections.functions);
  contents.sized(all.taken());
  const section = new ByteWriter(contents.length + 8);
  section.byte(ids.custom);
  section.sized(contents.taken());
  return section.taken();
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}
