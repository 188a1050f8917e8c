/**
 * What `run` would refuse to link, told beforehand: the imports are held against the system components that it links, of
 * which nothing is called.
 */
import { Scheduler } from "../call/scheduler.ts";
import { LinkError, type LinkProblem } from "../errors/errors.ts";
import { Component } from "../runtime/component.ts";
import { linkImports } from "../runtime/link.ts";
import { Linker } from "../runtime/linker.ts";
import type { SystemComponent } from "../runtime/system-component.ts";
import { WasiClocks } from "../wasi/clocks.ts";
import { WasiDenied } from "../wasi/denied.ts";
import { WasiDeniedDir } from "../wasi/denied-dir.ts";
import { WasiEnvironment } from "../wasi/environment.ts";
import { WasiRandom } from "../wasi/random.ts";
import { WasiStdio } from "../wasi/stdio.ts";
import { linkLine } from "./link-text.ts";

/** As host-of.ts links them; a directory that is only shown has the same interfaces as one that is given. */
const systems = (): readonly SystemComponent[] => [
  new WasiDenied(),
  new WasiClocks(),
  new WasiRandom(),
  new WasiEnvironment(),
  new WasiStdio(),
  new WasiDeniedDir("/"),
];

/** By the names of imports. */
export function importProblems(component: Component): ReadonlyMap<string, readonly LinkProblem[]> {
  const linker = new Linker();
  for (const system of systems()) system.install(linker);
  try {
    linkImports(Component.partsOf(component).valid.type, {
      linker,
      locals: new Map(),
      unknownImportsTrap: false,
      moduleOf: () => {
        throw new Error("no system component gives core modules");
      },
      scheduler: new Scheduler(new Int32Array(16)),
      isTimed: false,
    });
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    return Map.groupBy(error.problems, (problem) => problem.import);
  }
  return new Map();
}

const lettersMax = 160;

/** Of an import that somebody serves, behind who does. */
export function briefly([first, ...more]: readonly LinkProblem[]): string {
  if (first === undefined) return "";
  const others = more.length === 0 ? "" : `, and ${more.length} more`;
  if (first.kind === "missing") return `, but without '${first.func ?? first.import}'${others}`;
  const line = linkLine(first).replace(` of '${first.import}'`, "").replace(/\s+/g, " ");
  const short = line.length <= lettersMax ? line : `${line.slice(0, lettersMax)}…`;
  return `, but ill-typed: ${short}${others}`;
}
