/** Lays an owned environment over another one: `run --with` in a project. */
import { join } from "node:path";
import { writeFileAtomic } from "@vivarium/core/atomic-file";
import type { EnvironmentRecord } from "../env/environment-record.ts";
import { pythonText } from "../env/quoting.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";

/**
 * Sorts behind the file that adds the view, so that the environment's own packages win. `addsitedir` and not a plain
 * line, because the other environment's `.pth` files (its editables) count too.
 */
export const layerFile = "~vivarium-view~layer.pth";

/** @throws E_STORE_… */
export function writeLayer(record: EnvironmentRecord, { scheme }: Interpreter, directories: readonly string[]): void {
  const add = directories.map((directory) => `site.addsitedir(${pythonText(directory)}, locals().get("known_paths"))`);
  writeFileAtomic(join(record.path, scheme.purelib, layerFile), `import site; ${add.join("; ")}\n`);
}
