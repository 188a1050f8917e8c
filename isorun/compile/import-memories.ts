/**
 * Makes the memories that a core module defines imports, so that whoever instantiates it can give one that was used
 * before: a new one is dear in JavaScriptCore (docs/decisions/0008-metering.md).
 *
 * In: the bytes of a module. Out: the same module with its memory section in the imports. They stand behind the module's
 * own imports, and imported memories come first, so that no index of anything moves; code is not looked at. What the
 * module exports, and what its data segments fill, is what it imports then. A module that is rewritten for a budget gets
 * the same while it is put together (rewrite-module.ts): a large one is copied once less.
 *
 * The pass does not validate: what it does not understand, or would have to put right, it leaves to the engine.
 */
import { ByteReader } from "../decode/byte-reader.ts";
import { readCoreExternType, readMemoryType } from "../decode/core-type.ts";
import { DecodeError } from "../errors/errors.ts";
import { ByteWriter } from "./byte-writer.ts";

/** In pages of 64 KiB. */
export interface MemoryPages {
  readonly minimum: number;
  readonly maximum: number | undefined;
}

export interface ImportedMemories {
  /** None of the module's own imports has it. The names in it are numbers from 0 on. */
  readonly namespace: string;
  readonly memories: readonly MemoryPages[];
}

export interface MovedMemories extends ImportedMemories {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const ids = { import: 2, memory: 5 } as const;
const preambleBytes = 8;

/**
 * @param pagesMax of a memory that is worth it
 * @returns undefined if the module defines no memory, or one that is larger, shared, of 64 bits or of other pages
 */
export function importMemories(bytes: Uint8Array, pagesMax: number): MovedMemories | undefined {
  try {
    const sections = sectionsOf(bytes);
    if (sections?.memory === undefined) return undefined;
    const memories = importableMemories(new ByteReader(bytes, sections.memory.contents, sections.memory.end), pagesMax);
    if (memories === undefined) return undefined;
    const namespace = memoriesNamespace(importedNamespaces(bytes, sections.import));
    return { namespace, memories, bytes: moved(bytes, sections, memoryItems(namespace, memories)) };
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

interface Section {
  readonly start: number;
  readonly contents: number;
  readonly end: number;
}

interface Sections {
  readonly import: Section | undefined;
  readonly memory: Section | undefined;
  /** Where an import section belongs, if there is none. */
  readonly importPlace: number;
}

/** Undefined for what stands in no order, which is the engine's to refuse: without its memories it might not be. */
function sectionsOf(bytes: Uint8Array): Sections | undefined {
  const reader = new ByteReader(bytes, preambleBytes);
  const found = new Map<number, Section>();
  let importPlace: number | undefined;
  let last = 0;
  while (!reader.isAtEnd) {
    const start = reader.offset;
    const id = reader.byte();
    const { offset: contents, end } = reader.section(reader.u32());
    if (id === 0 || (id > ids.memory && last >= ids.memory)) continue;
    if (id <= last) return undefined;
    last = id;
    if (id > ids.import) importPlace ??= start;
    found.set(id, { start, contents, end });
  }
  return { import: found.get(ids.import), memory: found.get(ids.memory), importPlace: importPlace ?? bytes.length };
}

/**
 * @param reader of a section of memories
 * @returns undefined if there is none, or one that is not worth it or cannot be made by JavaScript
 * @throws DecodeError
 */
export function importableMemories(reader: ByteReader, pagesMax: number): readonly MemoryPages[] | undefined {
  const memories: MemoryPages[] = [];
  for (const pages of reader.list(pagesOf)) {
    if (pages === undefined || pages.minimum > pagesMax) return undefined;
    memories.push(pages);
  }
  return memories.length === 0 ? undefined : memories;
}

/** Undefined for a memory that JavaScript could not make the same. */
function pagesOf(reader: ByteReader): MemoryPages | undefined {
  const { limits, pageSizeLog2 } = readMemoryType(reader);
  const { minimum, maximum, is64, isShared } = limits;
  return is64 || isShared || pageSizeLog2 !== undefined ? undefined : { minimum, maximum };
}

function importedNamespaces(bytes: Uint8Array, section: Section | undefined): Set<string> {
  const found = new Set<string>();
  if (section === undefined) return found;
  new ByteReader(bytes, section.contents, section.end).list((reader) => {
    found.add(reader.name());
    reader.name();
    readCoreExternType(reader);
  });
  return found;
}

/** A module may import from any namespace: ours must be none that its component gives it something in. */
export function memoriesNamespace(taken: ReadonlySet<string>): string {
  let name = "isorun:memories";
  while (taken.has(name)) name += "'";
  return name;
}

/** Items of the import section. */
export function memoryItems(namespace: string, memories: readonly MemoryPages[]): readonly Uint8Array[] {
  const text = new TextEncoder();
  return memories.map(({ minimum, maximum }, index) => {
    const writer = new ByteWriter(64);
    writer.sized(text.encode(namespace));
    writer.sized(text.encode(`${index}`));
    writer.append([0x02, maximum === undefined ? 0x00 : 0x01]);
    writer.unsigned(minimum);
    if (maximum !== undefined) writer.unsigned(maximum);
    return writer.taken();
  });
}

function moved(bytes: Uint8Array, sections: Sections, items: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const { import: imports, memory, importPlace } = sections;
  if (memory === undefined) throw new Error("only memories that there are can be moved");
  const own = new ByteReader(bytes, imports?.contents ?? 0, imports?.end ?? 0);
  const count = items.length + (imports === undefined ? 0 : own.u32());
  const contents = new ByteWriter(own.end - own.offset + items.length * 64 + 8);
  contents.unsigned(count);
  contents.append(bytes.subarray(own.offset, own.end));
  for (const item of items) contents.append(item);
  const head = new ByteWriter(contents.length + 16);
  head.byte(ids.import);
  head.sized(contents.taken());
  const place = imports?.start ?? importPlace;
  const spans = [
    bytes.subarray(0, place),
    head.taken(),
    bytes.subarray(imports?.end ?? place, memory.start),
    bytes.subarray(memory.end),
  ];
  const made = new Uint8Array(spans.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const span of spans) {
    made.set(span, at);
    at += span.length;
  }
  return made;
}
