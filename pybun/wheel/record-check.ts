import { problemsOf } from "@vivarium/core/diagnostic";
import type { wheelDiagnostics } from "./diagnostics.ts";
import type { RecordRow } from "./record.ts";
import type { WheelLayout } from "./wheel-layout.ts";

const problem = problemsOf<typeof wheelDiagnostics>();

/** RECORD cannot hold its own hash, and signatures are made after it (PEP 427, "Signed wheel files"). */
export function isUnhashed(path: string, distInfo: string): boolean {
  return ["RECORD", "RECORD.jws", "RECORD.p7s"].some((name) => path === `${distInfo}/${name}`);
}

/**
 * Compares the names of RECORD with those of the archive, both ways. Hashes are compared while unpacking.
 * @throws E_WHEEL_RECORD_UNLISTED, E_WHEEL_RECORD_ABSENT, E_WHEEL_RECORD_UNHASHED
 */
export function checkRecordNames(
  layout: WheelLayout,
  { file, rows }: { file: string; rows: ReadonlyMap<string, RecordRow> },
): void {
  const names = new Set<string>();
  for (const { entry } of layout.files) {
    names.add(entry.name);
    if (isUnhashed(entry.name, layout.distInfo)) continue;
    const row = rows.get(entry.name);
    if (row === undefined) throw problem("E_WHEEL_RECORD_UNLISTED", { file, entry: entry.name });
    if (row.hash === undefined) throw problem("E_WHEEL_RECORD_UNHASHED", { file, entry: entry.name, algorithm: "" });
  }
  for (const path of rows.keys()) {
    if (!names.has(path) && !isUnhashed(path, layout.distInfo)) {
      throw problem("E_WHEEL_RECORD_ABSENT", { file, entry: path });
    }
  }
}
