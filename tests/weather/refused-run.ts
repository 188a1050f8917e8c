/** Runs that must fail: what they said, and what they left in a store of their own. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { assertValidEnvelope } from "../../cli/testing/validate-output.ts";
import { runCommand } from "../../pybun/commands/run.ts";
import type { RunScene } from "../run/run-scene.ts";
import { leftovers } from "./weather-scene.ts";

export interface Refusal {
  readonly exitCode: number;
  readonly codes: readonly string[];
  readonly started: boolean;
  /** What looks as if something had been installed, or is half. */
  readonly left: readonly string[];
  readonly message: string;
}

/** `pybun run ARGS`, with a home of its own. */
export async function refusalOf(
  scene: RunScene,
  name: string,
  args: readonly string[],
  env: Record<string, string> = {},
) {
  const home = join(scene.directory, `home-of-${name.replaceAll(/\W+/g, "-")}`);
  const { stdout } = await scene.pybun(["run", "--format", "json", ...args], { env: { VIVARIUM_HOME: home, ...env } });
  const { exit_code, diagnostics, events } = await assertValidEnvelope(stdout, runCommand);
  const refusal: Refusal = {
    exitCode: exit_code,
    codes: diagnostics.map(({ code }) => code),
    started: events.some(({ kind }) => kind === "run.start"),
    left: installed(join(home, "cache")),
    message: diagnostics.map(({ message, hint }) => `${message} ${hint ?? ""}`).join("\n"),
  };
  return refusal;
}

const installs = /^(?:envs|views|wheels|choices|wheel-sets|placed|runs)-v\d+$/;

/** Entries of the kinds that an installation makes, and leftovers. */
function installed(cache: string): readonly string[] {
  const kinds = existsSync(cache) ? readdirSync(cache).filter((kind) => installs.test(kind)) : [];
  return [
    ...kinds.flatMap((kind) => readdirSync(join(cache, kind)).map((key) => `${kind}/${key}`)),
    ...leftovers(cache),
  ];
}

/** Does the work for all rows, a few at a time, and keeps what came of each. */
export async function ofAll<Row, Result>(rows: readonly Row[], work: (row: Row) => Promise<Result>, atOnce = 4) {
  const results = new Map<Row, Result>();
  const left = [...rows];
  const worker = async (): Promise<void> => {
    for (let row = left.shift(); row !== undefined; row = left.shift()) results.set(row, await work(row));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
