/** Lays an owned environment over another one: `run --with` in a project. */
import { join } from "node:path";
import { writeFileAtomic } from "@vivarium/core/atomic-file";
import type { EnvironmentRecord } from "../env/environment-record.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";

/**
 * Sorts behind the file that adds the view, so that the environment's own packages win. `addsitedir` and not a plain
 * line, because the other environment's `.pth` files (its editables) count too.
 */
const layerFile = "~vivarium-view~layer.pth";

/** @throws E_STORE_… */
export function writeLayer(record: EnvironmentRecord, { scheme }: Interpreter, sitePackages: string): void {
  const path = JSON.stringify(sitePackages).replace(/[^ -~]/gu, (character) => {
    return `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, "0")}`;
  });
  const line = `import site; site.addsitedir(${path}, locals().get("known_paths"))\n`;
  writeFileAtomic(join(record.path, scheme.purelib, layerFile), line);
}
