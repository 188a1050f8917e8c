/**
 * `npm run conformance -- [-v] [--write] DIR`: runs test scripts of the component model and prints how many commands
 * pass. `-v` lists each failure; `--write` keeps the table as tests/scoreboards/isorun-conformance.txt.
 *
 * DIR holds what `wasm-tools json-from-wast` makes of them, in folders as upstream has them (CONTRIBUTING.md says how). The
 * scripts are not committed. Unsupported counts as failed.
 */
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readScripts, type Script, ScriptFormatError } from "./commands.ts";
import { runScript } from "./run-script.ts";
import { formatScoreboard, type ScriptOutcomes } from "./scoreboard.ts";

/** What the committed table was made from: to be changed with it. */
const origin = "WebAssembly/component-model 6d28164, test/, converted by wasm-tools 1.263.0";
const board = join(import.meta.dir, "../scoreboards/isorun-conformance.txt");

process.exitCode = await main();

async function main(): Promise<number> {
  const given = readArguments();
  if (given === undefined) return refuse("usage: npm run conformance -- [-v] [--write] DIR");
  const { folder, verbose, write } = given;
  const scripts = scriptsIn(folder);
  if (typeof scripts === "string") {
    return refuse(`error: ${scripts}; CONTRIBUTING.md, "The component model's scripts", says how to make them`);
  }
  const ran: ScriptOutcomes[] = [];
  for (const script of scripts) ran.push({ name: script.name, outcomes: await runScript(script) });
  if (verbose) listFailures(ran);
  const table = formatScoreboard(ran);
  process.stdout.write(table);
  if (write) writeFileSync(board, `${origin}\n\n${table}`);
  return 0;
}

function refuse(line: string): number {
  console.error(line);
  return 2;
}

interface Arguments {
  readonly folder: string;
  readonly verbose: boolean;
  readonly write: boolean;
}

/** Undefined for any that the usage has no place for. */
function readArguments(): Arguments | undefined {
  const { values, positionals } = parseArgs({
    strict: false,
    allowPositionals: true,
    options: { verbose: { type: "boolean", short: "v" }, write: { type: "boolean" } },
  });
  const { verbose = false, write = false, ...unknown } = values;
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0 || Object.keys(unknown).length > 0) return undefined;
  return typeof verbose === "boolean" && typeof write === "boolean" ? { folder, verbose, write } : undefined;
}

/** Or why there are none. */
function scriptsIn(folder: string): readonly Script[] | string {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return `there is no directory '${folder}'`;
  try {
    const scripts = readScripts(folder);
    return scripts.length > 0 ? scripts : `no converted scripts (*.json) at or below '${folder}'`;
  } catch (error) {
    if (error instanceof ScriptFormatError) return error.message;
    throw error;
  }
}

function listFailures(scripts: readonly ScriptOutcomes[]): void {
  for (const { name, outcomes } of scripts) {
    for (const { kind, line, failure } of outcomes) {
      if (failure !== undefined) console.log(`${name}.wast:${line}: ${kind}: ${failure.split("\n")[0]}`);
    }
  }
  console.log();
}
