import { rmSync, writeFileSync } from "node:fs";

/** What a careless hand does to a stored file. It is read-only, so that it is replaced instead of being opened. */
export function overwrite(path: string, contents: string): void {
  rmSync(path, { force: true });
  writeFileSync(path, contents);
}
