/**
 * `npm run stress -- [--worlds N] [--seed S] [--world K] [--write]`: worlds of linked instances, in which calls of all kinds
 * happen at once, against a model of what may come of them. `--world K` runs one of that seed again, and prints all that
 * happens in it. `--write` keeps the table as tests/scoreboards/isorun-stress.txt.
 *
 * Nothing in a world depends on clocks. So it has no limits of time (`timeoutMs`, `wallMs`): whether these have passed
 * when a step is chosen is nothing that a model could know. `cpuMs` is counted in some, and never reached.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { assemble } from "../components/assemble.ts";
import { runWorlds, type WorldSummary } from "./run-worlds.ts";
import { type Asked, formatScoreboard } from "./scoreboard.ts";
import { guestTexts, loadGuests, runWorld, type WorldNumber } from "./world.ts";

const board = join(import.meta.dir, "../scoreboards/isorun-stress.txt");
const progressMs = 5000;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      worlds: { type: "string", default: "1000" },
      seed: { type: "string" },
      world: { type: "string" },
      write: { type: "boolean" },
    },
  });
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
  const worlds = Number(values.worlds);
  const world = values.world === undefined ? undefined : Number(values.world);
  if (![seed, worlds, world ?? 0].every((number) => Number.isSafeInteger(number) && number >= 0)) {
    console.error("usage: npm run stress -- [--worlds N] [--seed S] [--world K] [--write]");
    return 2;
  }
  console.error(`seed ${seed}`);
  return world === undefined ? runAll({ seed, worlds }, values.write === true) : runOne({ seed, world });
}

async function runAll(asked: Asked, isWritten: boolean): Promise<number> {
  // Once, before several processes want it.
  await assemble(guestTexts());
  const summaries = await runWorlds({ ...asked, processes: availableParallelism(), onWorld: progressOf(asked) });
  const table = formatScoreboard(asked, summaries);
  process.stdout.write(table);
  if (isWritten) writeFileSync(board, table);
  return summaries.every(({ findings }) => findings.length === 0) ? 0 : 1;
}

/** What is found at once, with how to run it again; and every few seconds how far it is. */
function progressOf({ seed, worlds }: Asked): (summary: WorldSummary) => void {
  let done = 0;
  let shown = performance.now();
  return ({ world, findings }) => {
    done += 1;
    if (findings.length > 0) {
      console.log(`npm run stress -- --seed ${seed} --world ${world}\n${findings.join("\n")}\n`);
    }
    const now = performance.now();
    if (now - shown < progressMs) return;
    shown = now;
    console.error(`${done} of ${worlds} worlds`);
  };
}

async function runOne(number: WorldNumber): Promise<number> {
  const { trace, weather, findings } = await runWorld(await loadGuests(), number);
  console.log(`${weather}\n${trace.join("\n")}`);
  return findings.length === 0 ? 0 : 1;
}
