/** What an environment that was there before us puts beneath one that is laid over it: its directories and packages. */
import { dirname, join } from "node:path";
import { ownedRecordName, readRecordFile, recordFileName } from "../env/environment-record.ts";
import type { LayerBeneath } from "../install/beneath.ts";
import { readTextIfPresent } from "../interpreter/file-identity.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";
import { installedPackages } from "./installed-packages.ts";

/** The base interpreter's own packages come last, where the environment lets them be seen (PEP 405). */
export function layerBeneath(prefix: string, { basePrefix, scheme }: Interpreter): LayerBeneath {
  const sites = (place: string) => [...new Set([join(place, scheme.purelib), join(place, scheme.platlib)])];
  const own = sites(prefix);
  const base = seesSystem(prefix) ? sites(basePrefix) : [];
  const packages = installedPackages([...own, ...viewOf(prefix), ...base]);
  return { directories: [...new Set([...own, ...base])], packages };
}

/** What an environment of ours refers to: its own `.pth` file leads there, so only the packages have to be known. */
function viewOf(prefix: string): readonly string[] {
  const files = [join(prefix, ownedRecordName), join(dirname(prefix), recordFileName)];
  return files.flatMap((file) => readRecordFile(file)?.view ?? []).slice(0, 1);
}

/** An environment of conda has no such file, and its interpreter's packages are its own. */
function seesSystem(prefix: string): boolean {
  const text = readTextIfPresent(join(prefix, "pyvenv.cfg")) ?? "";
  return /^\s*include-system-site-packages\s*=\s*true\s*$/im.test(text);
}
