/** The custom section `component-name` (Binary.md, Name Section). What cannot be read of it is passed over, as it asks. */
import { DecodeError } from "../errors/errors.ts";
import type { ComponentNames, Sort } from "./ast.ts";
import type { ByteReader } from "./byte-reader.ts";
import { readSort } from "./sort.ts";

/**
 * Read when they are asked for: few who load a component do.
 * @returns undefined for other custom sections
 * @throws DecodeError if the section's own name cannot be read
 */
export function readNames(section: ByteReader): ComponentNames | undefined {
  if (section.name() !== "component-name") return undefined;
  let known: ComponentNames | undefined;
  const names = (): ComponentNames => (known ??= readSubsections(section));
  return {
    get component() {
      return names().component;
    },
    get sorts() {
      return names().sorts;
    },
  };
}

function readSubsections(section: ByteReader): ComponentNames {
  const sorts = new Map<Sort, ReadonlyMap<number, string>>();
  let component: string | undefined;
  try {
    while (!section.isAtEnd) {
      const id = section.byte();
      const subsection = section.section(section.u32());
      if (id === 0) component = subsection.name();
      if (id === 1) sorts.set(readSort(subsection), new Map(subsection.list(readAssociation)));
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  return { component, sorts };
}

function readAssociation(reader: ByteReader): readonly [number, string] {
  const index = reader.u32();
  return [index, reader.name()];
}
