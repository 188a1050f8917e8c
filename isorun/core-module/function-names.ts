/** The custom section `name` of a core module (WebAssembly, 7.4.1): by what traces call the module and its functions. */
import { ByteReader } from "../decode/byte-reader.ts";
import { DecodeError } from "../errors/errors.ts";
import type { CoreModule } from "./core-module.ts";

export interface CoreNames {
  readonly module?: string;
  /** By index, imported ones first. */
  readonly functions: ReadonlyMap<number, string>;
}

const subsections = { module: 0, functions: 1 } as const;

/** What can be read: names are for people, and broken ones no fault of a module. */
export function coreNamesOf({ bytes, sections }: CoreModule): CoreNames {
  const base = (sections[0]?.start ?? 8) - 8;
  for (const { id, contents, end } of sections) {
    if (id !== 0) continue;
    const reader = new ByteReader(bytes, contents - base, end - base);
    if (reader.name() === "name") return readNames(reader);
  }
  return { functions: new Map() };
}

/** Of the section, behind its name. */
export function readNames(reader: ByteReader): CoreNames {
  const functions = new Map<number, string>();
  let module: string | undefined;
  try {
    while (!reader.isAtEnd) {
      const id = reader.byte();
      const part = reader.section(reader.u32());
      if (id === subsections.module) module = part.name();
      if (id !== subsections.functions) continue;
      for (let count = part.u32(); count > 0; count -= 1) functions.set(part.u32(), part.name());
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  return module === undefined ? { functions } : { module, functions };
}
