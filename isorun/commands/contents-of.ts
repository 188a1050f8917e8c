/**
 * What a component is made of: its core modules and components, those in these too, each with its name, its custom
 * sections, and what the section `producers` says of how it was made (tool-conventions, ProducersSection). In: the bytes
 * of a valid component. Out: parts in the order of the file, a whole before what is in it.
 */
import { ByteReader } from "../decode/byte-reader.ts";
import { layerOf } from "../decode/component.ts";
import { DecodeError } from "../errors/errors.ts";

interface CustomSection {
  readonly name: string;
  readonly bytes: number;
}

interface Producer {
  /** `language`, `processed-by` or `sdk`. */
  readonly field: string;
  readonly name: string;
  readonly version: string;
}

export interface Part {
  readonly kind: "component" | "core module";
  /** 0 for the component itself. */
  readonly depth: number;
  readonly name?: string;
  readonly bytes: number;
  readonly customSections: readonly CustomSection[];
  readonly producers: readonly Producer[];
}

const ids = { custom: 0, coreModule: 1, component: 4 } as const;

export function contentsOf(file: Uint8Array, depth = 0): readonly Part[] {
  const kind = layerOf(file) === "component" ? "component" : "core module";
  const reader = new ByteReader(file);
  reader.skip(8);
  const inner: Part[] = [];
  const own: Own = { customSections: [], producers: [] };
  while (!reader.isAtEnd) {
    const id = reader.byte();
    const section = reader.take(reader.u32());
    if (id === ids.custom) readCustom(section, own);
    else if (kind === "component" && (id === ids.coreModule || id === ids.component)) {
      for (const part of contentsOf(section, depth + 1)) inner.push(part);
    }
  }
  return [{ kind, depth, bytes: file.length, ...own }, ...inner];
}

interface Own {
  name?: string;
  readonly customSections: CustomSection[];
  readonly producers: Producer[];
}

/** What cannot be read is passed over: these sections are for people, and broken ones no fault of a component. */
function readCustom(section: Uint8Array, own: Own): void {
  const reader = new ByteReader(section);
  const name = reader.name();
  own.customSections.push({ name, bytes: section.length });
  try {
    if (name === "producers") readProducers(reader, own.producers);
    if (name === "name" || name === "component-name") own.name = readOwnName(reader) ?? own.name ?? "";
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  if (own.name === "") delete own.name;
}

function readProducers(reader: ByteReader, producers: Producer[]): void {
  for (let fields = reader.u32(); fields > 0; fields -= 1) {
    const field = reader.name();
    for (let count = reader.u32(); count > 0; count -= 1) {
      producers.push({ field, name: reader.name(), version: reader.name() });
    }
  }
}

/** Subsection 0, in both. */
function readOwnName(reader: ByteReader): string | undefined {
  while (!reader.isAtEnd) {
    const id = reader.byte();
    const subsection = reader.section(reader.u32());
    if (id === 0) return subsection.name();
  }
  return undefined;
}
