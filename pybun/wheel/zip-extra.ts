import { problemsOf } from "@vivarium/core/diagnostic";
import type { wheelDiagnostics } from "./diagnostics.ts";
import { readUint64, viewOf } from "./zip-entry.ts";

const problem = problemsOf<typeof wheelDiagnostics>();

const zip64Id = 0x0001;
const unicodePathId = 0x7075;

interface EntryPlace {
  readonly file: string;
  readonly entry: string;
}

/**
 * Splits an extra field (APPNOTE 4.5.1) into its records. Up to three zero bytes at the end are padding, which
 * alignment tools write; anything else that does not fit is refused, and so is a record that comes twice.
 */
export function parseExtra(bytes: Uint8Array, { file, entry }: EntryPlace): ReadonlyMap<number, Uint8Array> {
  const records = new Map<number, Uint8Array>();
  const view = viewOf(bytes);
  let at = 0;
  while (at + 4 <= bytes.length) {
    const id = view.getUint16(at, true);
    const end = at + 4 + view.getUint16(at + 2, true);
    if (end > bytes.length)
      throw problem("E_WHEEL_ZIP_RECORD", { file, detail: `an extra record of '${entry}' is cut off` });
    if (records.has(id) && (id === zip64Id || id === unicodePathId)) {
      throw problem("E_WHEEL_ZIP_RECORD", { file, detail: `'${entry}' has two extra records 0x${id.toString(16)}` });
    }
    records.set(id, bytes.subarray(at + 4, end));
    at = end;
  }
  if (bytes.subarray(at).some((byte) => byte !== 0)) {
    throw problem("E_WHEEL_ZIP_RECORD", { file, detail: `the extra field of '${entry}' has stray bytes` });
  }
  return records;
}

/** The values of `fields`, each sentinel replaced by the next number of the zip64 record (APPNOTE 4.5.3). */
export function readZip64(
  fields: readonly number[],
  extra: ReadonlyMap<number, Uint8Array>,
  { file, entry, sentinel }: EntryPlace & { readonly sentinel: number },
): number[] {
  const record = extra.get(zip64Id);
  if (record === undefined) return [...fields];
  const view = viewOf(record);
  let at = 0;
  return fields.map((field) => {
    if (field !== sentinel) return field;
    if (at + 8 > record.length) {
      throw problem("E_WHEEL_ZIP_RECORD", { file, detail: `the zip64 record of '${entry}' is too short` });
    }
    at += 8;
    return readUint64(view, at - 8);
  });
}

/**
 * The Info-ZIP Unicode path record (APPNOTE 4.6.9) gives an entry a second name, which newer releases of Python's
 * zipfile obey and other readers do not: it may only repeat the first.
 */
export function checkUnicodePath(extra: ReadonlyMap<number, Uint8Array>, { file, entry }: EntryPlace): void {
  const record = extra.get(unicodePathId);
  if (record === undefined) return;
  const name = new TextDecoder().decode(record.subarray(5));
  if (name !== entry) throw problem("E_WHEEL_ZIP_MISMATCH", { file, entry, field: "name" });
}
