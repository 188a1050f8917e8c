/** What an environment that was there before us puts beneath one that is laid over it: its directories and packages. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "@vivarium/core/store/io-problem";
import type { LayerBeneath } from "../install/beneath.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";
import { installedPackages } from "./installed-packages.ts";

/** The base interpreter's own packages come last, where the environment lets them be seen (PEP 405). */
export function layerBeneath(prefix: string, { basePrefix, scheme }: Interpreter): LayerBeneath {
  const prefixes = seesSystem(prefix) ? [prefix, basePrefix] : [prefix];
  const places = prefixes.flatMap((place) => [join(place, scheme.purelib), join(place, scheme.platlib)]);
  const directories = [...new Set(places)];
  return { directories, packages: installedPackages(directories) };
}

function seesSystem(prefix: string): boolean {
  try {
    return /^\s*include-system-site-packages\s*=\s*true\s*$/im.test(readFileSync(join(prefix, "pyvenv.cfg"), "utf8"));
  } catch (error) {
    // An environment of conda has no such file, and its interpreter's packages are its own.
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
}
