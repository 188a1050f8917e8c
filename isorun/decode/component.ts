/**
 * Decodes the binary format of components. In: bytes. Out: the definitions in the order of the file (ast.ts), nested
 * components included; core modules are slices of the input, looked at by nobody here.
 *
 * Sections may come in any order and as often as they like; a definition refers to what stands before it.
 */

import { readAlias } from "./alias.ts";
import type { ComponentNames, ComponentNode, Definition } from "./ast.ts";
import { ByteReader } from "./byte-reader.ts";
import { readCanon } from "./canon.ts";
import { readNames } from "./component-name.ts";
import { readCoreType } from "./core-type.ts";
import { readExternName } from "./extern-name.ts";
import { readCoreInstance, readInstance } from "./instance.ts";
import { readSortIndex } from "./sort.ts";
import { readExternType, readType } from "./type.ts";

const preambleLength = 8;
/** The reference implementation allows as many levels; it also keeps our recursion within the stack. */
const nestingMax = 1000;

/** @throws DecodeError */
export function decodeComponent(bytes: Uint8Array): ComponentNode {
  return readComponent(new ByteReader(bytes), 0);
}

/** Tells a component from a core module by its preamble; undefined if it is neither. */
export function layerOf(bytes: Uint8Array): "component" | "module" | undefined {
  if (bytes.length < preambleLength || !startsWithMagic(bytes, 0)) return undefined;
  if (bytes[6] === 0x01 && bytes[7] === 0x00) return "component";
  return bytes[6] === 0x00 && bytes[7] === 0x00 ? "module" : undefined;
}

const startsWithMagic = (bytes: Uint8Array, offset: number): boolean =>
  bytes[offset] === 0x00 && bytes[offset + 1] === 0x61 && bytes[offset + 2] === 0x73 && bytes[offset + 3] === 0x6d;

function readComponent(reader: ByteReader, depth: number): ComponentNode {
  const { offset } = reader;
  readPreamble(reader);
  if (depth > nestingMax) reader.fail(`components are nested more than ${nestingMax} levels deep`, offset);
  const definitions: Definition[] = [];
  let names: ComponentNames = { sorts: new Map() };
  while (!reader.isAtEnd) {
    const id = reader.byte();
    // A number of one byte: longer forms of it are no section either.
    if (id > lastSection) reader.fail(`malformed section id: ${id}`, reader.offset - 1);
    const section = reader.section(reader.u32());
    if (id === customSection) names = readNames(section) ?? names;
    else readSection(id, section, { definitions, depth });
  }
  const bytes = reader.bytes.subarray(offset, reader.end);
  return { definitions, bytes, offset, names };
}

function readPreamble(reader: ByteReader): void {
  const { bytes, offset } = reader;
  const preamble = reader.take(preambleLength);
  if (!startsWithMagic(preamble, 0)) reader.fail("magic header not detected: bad magic number", offset);
  const version = (preamble[4] ?? 0) | ((preamble[5] ?? 0) << 8);
  const layer = (bytes[offset + 6] ?? 0) | ((bytes[offset + 7] ?? 0) << 8);
  if (layer === 0 && version === 1) reader.fail("expected a version header for a component", offset + 4);
  if (layer !== 1)
    reader.fail(
      `unknown binary version and encoding combination: 0x${version.toString(16)} and 0x${layer.toString(16)}`,
      offset + 4,
    );
  if (version !== 0x0d) reader.fail(`unknown binary version: 0x${version.toString(16)}`, offset + 4);
}

const customSection = 0;
const lastSection = 12;

interface Into {
  readonly definitions: Definition[];
  readonly depth: number;
}

function readSection(id: number, section: ByteReader, { definitions, depth }: Into): void {
  const { offset } = section;
  if (id === 1) {
    definitions.push({ kind: "core module", bytes: section.take(section.end - offset), offset });
  } else if (id === 4) {
    definitions.push({ kind: "component", component: readComponent(section, depth + 1), offset });
  } else {
    const read = items[id];
    if (read === undefined) throw new Error(`no reader for section ${id}`);
    const count = countOf(id, section);
    for (let index = 0; index < count; index += 1) definitions.push(read(section, section.offset));
  }
  if (!section.isAtEnd) section.fail("section size mismatch: unexpected data at the end of the section");
}

const startSection = 9;
const valueSection = 12;

/** How many definitions are read: values are passed over all at once, and their count stands for nothing in the bytes. */
function countOf(id: number, section: ByteReader): number {
  if (id === startSection) return 1;
  const count = section.u32();
  return id === valueSection ? Math.min(count, 1) : count;
}

/** Values and start functions are gated in the specification, and refused by validation: their bytes are not looked at. */
function skip(section: ByteReader): void {
  section.take(section.end - section.offset);
}

const items: Readonly<Record<number, (section: ByteReader, offset: number) => Definition>> = {
  2: (section, offset) => ({ kind: "core instance", instance: readCoreInstance(section), offset }),
  3: (section, offset) => ({ kind: "core type", type: readCoreType(section), offset }),
  5: (section, offset) => ({ kind: "instance", instance: readInstance(section), offset }),
  6: (section, offset) => ({ kind: "alias", alias: readAlias(section), offset }),
  7: (section, offset) => ({ kind: "type", type: readType(section), offset }),
  8: (section, offset) => ({ kind: "canon", canon: readCanon(section), offset }),
  [startSection]: (section, offset) => {
    skip(section);
    return { kind: "start", offset };
  },
  10: (section, offset) => ({ kind: "import", name: readExternName(section), type: readExternType(section), offset }),
  11: (section, offset) => {
    const name = readExternName(section);
    const value = readSortIndex(section);
    return {
      kind: "export",
      name,
      value,
      type: section.optional(readExternType, "optional component export type"),
      offset,
    };
  },
  [valueSection]: (section, offset) => {
    skip(section);
    return { kind: "value", offset };
  },
};
