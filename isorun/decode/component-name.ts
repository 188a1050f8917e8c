/** The custom section `component-name` (Binary.md, Name Section). What cannot be read of it is passed over, as it asks. */
import { DecodeError } from "../errors/errors.ts";
import type { ComponentNames, Sort } from "./ast.ts";
import type { ByteReader } from "./byte-reader.ts";
import { readSort } from "./sort.ts";

export type SectionNames = ComponentNames;

/** Undefined for other custom sections. @throws DecodeError if the section's own name cannot be read */
export function readNames(section: ByteReader): SectionNames | undefined {
  if (section.name() !== "component-name") return undefined;
  const sorts = new Map<Sort, ReadonlyMap<number, string>>();
  try {
    return { ...readSubsections(section, sorts), sorts };
  } catch (error) {
    if (error instanceof DecodeError) return { sorts };
    throw error;
  }
}

function readSubsections(section: ByteReader, sorts: Map<Sort, ReadonlyMap<number, string>>): { component?: string } {
  let own: { component?: string } = {};
  while (!section.isAtEnd) {
    const id = section.byte();
    const subsection = section.section(section.u32());
    if (id === 0) own = { component: subsection.name() };
    if (id === 1) sorts.set(readSort(subsection), new Map(subsection.list(readAssociation)));
  }
  return own;
}

function readAssociation(reader: ByteReader): readonly [number, string] {
  const index = reader.u32();
  return [index, reader.name()];
}
