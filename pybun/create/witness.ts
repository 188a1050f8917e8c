/** How a witness looks now. What cannot be seen has a look too, so that it is noticed when it appears. */
import { readFileSync, statSync } from "node:fs";
import { errnoOf } from "@vivarium/core/store/io-problem";

const absent = "-";

/** Mode, size in bytes and time in nanoseconds of what a path leads to: a `chmod` alone makes a program of a file. */
export function statusFingerprint(path: string): string {
  return unlessFailed(() => {
    const status = statSync(path, { bigint: true, throwIfNoEntry: false });
    return status === undefined ? absent : `${status.mode.toString(8)} ${status.size} ${status.mtimeNs}`;
  });
}

/** SHA-256 of a file. A pipe has no look: to read it would be to take it away from who needs it. */
export function contentFingerprint(path: string): string {
  return unlessFailed(() => {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return absent;
    return new Bun.CryptoHasher("sha256").update(readFileSync(path)).digest("hex");
  });
}

function unlessFailed(look: () => string): string {
  try {
    return look();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return absent;
  }
}
