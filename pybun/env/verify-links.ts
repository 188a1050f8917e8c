/** What `pybun cache verify` asks of views and environments: whether all that they refer to is still there. */
import { existsSync, globSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { Store } from "@vivarium/core/store";
import { wheelKind } from "../wheel/stored-wheel.ts";
import type { EnvironmentRecord } from "./environment-record.ts";
import { viewPathFile } from "./prefix-plan.ts";
import { readSeal, viewKind } from "./view.ts";

/** What is wrong with a view; undefined if each wheel it names is stored and each of its links leads somewhere. */
export function verifyView(store: Store, key: string): string | undefined {
  const seal = readSeal(store, key);
  if (seal === undefined) return "it has no seal";
  const absent = seal.wheels.find((hash) => !existsSync(join(store.entryPath(wheelKind, hash), "tree")));
  if (absent !== undefined) return `the wheel '${absent}' is gone`;
  const root = join(store.entryPath(viewKind, key), "site-packages");
  if (!existsSync(root) || readdirSync(root).length !== seal.roots) return "its root has other entries";
  const broken = brokenLink(root, "");
  return broken === undefined ? undefined : `'${broken}' leads nowhere`;
}

/** Links to bytecode, to a file of it or to a whole directory, lead nowhere until that is compiled. */
const mayDangle = (path: string): boolean => path.endsWith(".pyc") || basename(path) === "__pycache__";

function brokenLink(root: string, folder: string): string | undefined {
  for (const item of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, item.name);
    if (item.isSymbolicLink() && !mayDangle(path) && !existsSync(join(root, path))) return path;
    const below = item.isDirectory() ? brokenLink(root, path) : undefined;
    if (below !== undefined) return below;
  }
  return undefined;
}

/** What is missing from an environment; undefined if its interpreter, its settings and the way to its view are there. */
export function verifyEnvironment(record: EnvironmentRecord): string | undefined {
  return existsSync(record.view) ? verifyPrefix(record) : "its view is gone";
}

/** The same for the prefix alone: whole without its view, it is mended by making the view again. */
export function verifyPrefix({ path, python }: EnvironmentRecord): string | undefined {
  const absent = [join(path, "pyvenv.cfg"), python].find((file) => !existsSync(file));
  if (absent !== undefined) return `'${absent}' is gone`;
  const places = [`lib/python*/site-packages/${viewPathFile}`, `Lib/site-packages/${viewPathFile}`];
  return globSync(places, { cwd: path }).length > 0 ? undefined : `'${viewPathFile}' is gone`;
}
