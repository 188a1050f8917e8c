/** Names of imports and exports, with attributes (Binary.md, Import and Export Definitions). */
import type { ExternName, NameAttribute } from "./ast.ts";
import type { ByteReader } from "./byte-reader.ts";

export function readExternName(reader: ByteReader): ExternName {
  const code = reader.byte();
  // The first two mean the same: a wart that version 1.0 of the format removes.
  if (code === 0x00 || code === 0x01) return { name: reader.name(), attributes: [] };
  if (code !== 0x02) return reader.failLeadingByte("component name");
  const name = reader.name();
  return { name, attributes: reader.list(readAttribute) };
}

function readAttribute(reader: ByteReader): NameAttribute {
  const code = reader.byte();
  if (code === 0x00) return { kind: "implements", interface: reader.name() };
  if (code === 0x01) return { kind: "version-suffix", suffix: reader.name() };
  if (code === 0x02) return { kind: "external-id", id: reader.name() };
  return reader.failLeadingByte("name option");
}
