/**
 * The components of tests/components as trees: what people wrote to reach each rule is where a change breaks one. Their
 * items are bytes, each of which can be changed, left out, repeated and moved; counts and sizes follow.
 */

import type { ComponentNode, Definition } from "../../isorun/decode/ast.ts";
import { ByteReader } from "../../isorun/decode/byte-reader.ts";
import { decodeComponent } from "../../isorun/decode/component.ts";
import { DecodeError } from "../../isorun/errors/errors.ts";
import { readOwnScripts } from "../components/assemble.ts";
import { componentTexts } from "../components/script-text.ts";
import { byte, list, row, sized, type Tree } from "./tree.ts";

const folders = ["abi", "validation"];

/** In the order of their files. The number of a case names another one where texts were added. */
export async function knownComponents(): Promise<readonly ComponentNode[]> {
  const scripts = (await Promise.all(folders.map(readOwnScripts))).flat();
  return scripts
    .flatMap(({ commands, read }) => componentTexts(commands).map((text) => read(text)))
    .flatMap((bytes) => nodeOf(bytes) ?? []);
}

function nodeOf(bytes: Uint8Array): ComponentNode | undefined {
  try {
    return decodeComponent(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

const preambleLength = 8;
const coreModule = 1;
const component = 4;
/** Sections that are no lists: custom ones, start, values. */
const unlisted: ReadonlySet<number> = new Set([0, 9, 12]);

const bytesOf = (bytes: Uint8Array): Tree => row(...[...bytes].map(byte));

/** @param opensModules whether core modules can be changed too: most of a component's bytes are theirs */
export function treeOfComponent(node: ComponentNode, opensModules: boolean): Tree {
  const reader = new ByteReader(node.bytes, preambleLength);
  const definitions = node.definitions.values();
  const sections: Tree[] = [];
  while (!reader.isAtEnd) {
    const id = reader.byte();
    const section = reader.section(reader.u32());
    sections.push(row(byte(id), sized(contentOf(id, { section, definitions, node, opensModules }))));
  }
  return row({ kind: "bytes", bytes: node.bytes.subarray(0, preambleLength) }, ...sections);
}

interface SectionSource {
  readonly section: ByteReader;
  /** Those of this section come next. */
  readonly definitions: IteratorObject<Definition>;
  readonly node: ComponentNode;
  readonly opensModules: boolean;
}

function contentOf(id: number, { section, definitions, node, opensModules }: SectionSource): Tree {
  const { offset, end, bytes } = section;
  if (id === 0) return bytesOf(bytes.subarray(offset, end));
  if (unlisted.has(id)) {
    definitions.next();
    return bytesOf(bytes.subarray(offset, end));
  }
  if (id === coreModule || id === component) {
    const [value] = [...definitions.take(1)];
    if (value?.kind === "component") return treeOfComponent(value.component, opensModules);
    const module = bytes.subarray(offset, end);
    return opensModules ? bytesOf(module) : { kind: "bytes", bytes: module };
  }
  const count = section.u32();
  // Places are told from the beginning of the file.
  const starts = [...definitions.take(count)].map((definition) => definition.offset - node.offset);
  return list(starts.map((start, index) => bytesOf(bytes.subarray(start, starts[index + 1] ?? end))));
}
