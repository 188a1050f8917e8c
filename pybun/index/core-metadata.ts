/** Reads METADATA and PKG-INFO (core metadata 1.0–2.5): the header fields that resolution needs, nothing of the body. */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { indexDiagnostics } from "./diagnostics.ts";
import type { CoreMetadata } from "./index-file.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface ParsedMetadata extends CoreMetadata {
  /** `Metadata-Version`, major and minor. */
  readonly metadataVersion: readonly [number, number];
}

/** The header ends at the first empty line. Throws `E_INDEX_METADATA` when name or version are absent. */
export function parseCoreMetadata(bytes: Uint8Array, file: string): ParsedMetadata {
  const fields = headerFields(headerText(bytes));
  const first = (name: string): string | undefined => fields.get(name)?.[0];
  const name = first("name");
  const version = first("version");
  if (name === undefined || name === "" || version === undefined || version === "") {
    throw problem("E_INDEX_METADATA", { file, reason: `it has no ${name ? "Version" : "Name"} field` });
  }
  for (const field of ["Name", "Version"]) {
    // Of two, one reader takes the first and another the last.
    if (fields.get(field.toLowerCase())?.length !== 1)
      throw problem("E_INDEX_METADATA", { file, reason: `it has more than one ${field} field` });
  }
  const requiresPython = first("requires-python");
  return {
    name,
    version,
    requiresDist: fields.get("requires-dist") ?? [],
    ...(requiresPython === undefined || requiresPython === "" ? {} : { requiresPython }),
    providesExtra: fields.get("provides-extra") ?? [],
    dynamic: (fields.get("dynamic") ?? []).map((field) => field.toLowerCase()),
    metadataVersion: metadataVersionOf(first("metadata-version") ?? "1.0"),
  };
}

/** The long description is mostly the bulk of the file: only the header is decoded. */
function headerText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const unix = buffer.indexOf("\n\n");
  const windows = buffer.indexOf("\r\n\r\n");
  const ends = [unix, windows].filter((end) => end !== -1);
  const text = buffer.toString("utf8", 0, ends.length === 0 ? buffer.length : Math.min(...ends));
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** RFC 5322 fields, names lower-case. A line that begins with white space continues the one before. */
function headerFields(text: string): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  let values: string[] | undefined;
  // A carriage return at the end goes when the value is trimmed.
  for (const line of text.split("\n")) {
    if (line.startsWith(" ") || line.startsWith("\t")) {
      const last = values?.pop();
      if (last !== undefined) values?.push(`${last} ${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(":");
    if (colon === -1) continue;
    const name = line.slice(0, colon).trimEnd().toLowerCase();
    values = fields.get(name);
    if (values === undefined) fields.set(name, (values = []));
    values.push(line.slice(colon + 1).trim());
  }
  return fields;
}

function metadataVersionOf(text: string): [number, number] {
  const [major, minor] = text.split(".");
  return [Number.parseInt(major ?? "1", 10) || 1, Number.parseInt(minor ?? "0", 10) || 0];
}

/**
 * May this PKG-INFO of a source distribution be believed without a build? PEP 643: from metadata 2.2 on, a field that
 * is not listed as dynamic has the same value in every wheel built from it. `undefined`: yes; else the reason against.
 */
export function reasonAgainstStatic(metadata: ParsedMetadata): string | undefined {
  const [major, minor] = metadata.metadataVersion;
  if (major < 2 || (major === 2 && minor < 2)) {
    return `its metadata version ${major}.${minor} does not promise that a build leaves the requirements unchanged`;
  }
  const field = metadata.dynamic.find(
    (name) => name === "requires-dist" || name === "requires-python" || name === "provides-extra",
  );
  return field === undefined ? undefined : `a build may change its field "${field}"`;
}
