/** How a witness looks now. What cannot be seen has a look too, so that it is noticed when it appears. */
import { readFileSync, statSync } from "node:fs";
import { errnoOf } from "@vivarium/core/store/io-problem";

const absent = "-";

/**
 * Which file a path leads to, and whether anybody has touched it since: a `chmod` alone makes a program of a file, size
 * and mtime can be set to what they were, and a link can be moved to a file of the same ones. Nobody sets a ctime.
 */
export function statusFingerprint(path: string): string {
  return unlessFailed(() => {
    const status = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (status === undefined) return absent;
    const { mode, ino, dev, size, mtimeNs, ctimeNs } = status;
    return [mode, ino, dev, size, mtimeNs, ctimeNs].map((number) => number.toString(36)).join(" ");
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
