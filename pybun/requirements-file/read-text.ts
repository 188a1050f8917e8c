import { readFileSync } from "node:fs";

/** The text of a file of requirements, or of the standard input. Read at once: a promise for one small file costs a thread. */
export const readRequirementsText = async (path: string): Promise<string> =>
  // Strict: bytes in another encoding would end up as part of a name.
  new TextDecoder("utf-8", { fatal: true }).decode(path === "-" ? await Bun.stdin.bytes() : readFileSync(path));
