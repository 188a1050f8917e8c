import { readFileSync } from "node:fs";

/** The bytes of a file of requirements, or of the standard input. Read at once: a promise for one small file costs a thread. */
export const readLocalFile = async (path: string): Promise<Uint8Array> =>
  path === "-" ? Bun.stdin.bytes() : readFileSync(path);
