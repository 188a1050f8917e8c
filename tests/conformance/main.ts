/**
 * `npm run conformance -- [-v] [--write] DIR`: runs test scripts of the component model and prints how many commands
 * pass. `-v` lists each failure; `--write` keeps the table as tests/scoreboards/isorun-conformance.txt.
 *
 * DIR holds what `wasm-tools json-from-wast --output X.json --wasm-dir . X.wast` writes, in folders as upstream has
 * them. The scripts are not committed. Unsupported counts as failed.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readScripts } from "./commands.ts";
import { runScript } from "./run-script.ts";
import { formatScoreboard, type ScriptOutcomes } from "./scoreboard.ts";

/** What the committed table was made from: to be changed with it. */
const origin = "WebAssembly/component-model 6d28164, test/, converted by wasm-tools 1.263.0";
const board = join(import.meta.dir, "../scoreboards/isorun-conformance.txt");

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { verbose: { type: "boolean", short: "v" }, write: { type: "boolean" } },
  });
  const [folder] = positionals;
  if (folder === undefined || positionals.length > 1) {
    console.error("usage: npm run conformance -- [-v] [--write] DIR");
    return 2;
  }
  const ran: ScriptOutcomes[] = [];
  for (const script of readScripts(folder)) ran.push({ name: script.name, outcomes: await runScript(script) });
  if (ran.length === 0) {
    console.error(`no converted scripts (*.json) at or below '${folder}'`);
    return 2;
  }
  if (values.verbose === true) listFailures(ran);
  const table = formatScoreboard(ran);
  process.stdout.write(table);
  if (values.write === true) writeFileSync(board, `${origin}\n\n${table}`);
  return 0;
}

function listFailures(scripts: readonly ScriptOutcomes[]): void {
  for (const { name, outcomes } of scripts) {
    for (const { kind, line, failure } of outcomes) {
      if (failure !== undefined) console.log(`${name}.wast:${line}: ${kind}: ${failure.split("\n")[0]}`);
    }
  }
  console.log();
}
