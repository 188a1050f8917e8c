/** Some worlds of a seed that stays: nothing is found in them, and each goes the same way again. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { weathers } from "./program.ts";
import { runWorlds } from "./run-worlds.ts";

const seed = 3;

test("what calls come to in linked instances is what the model says", async () => {
  const summaries = await runWorlds({ seed, worlds: 50, processes: 2 });
  expect(summaries.map(({ world }) => world)).toEqual(Array.from({ length: 50 }, (_, world) => world));
  for (const { world, findings } of summaries) expect({ world, findings }).toEqual({ world, findings: [] });
  expect([...new Set(summaries.map(({ weather }) => weather))].toSorted()).toEqual(weathers.toSorted());
  // Worlds in which all calls end the same way would show nothing.
  const endings = new Set(summaries.flatMap((summary) => Object.keys(summary.endings)));
  const words = ["value", "trap", "cancelled", "terminated", "deadlock", "cannot-enter", "out of fuel"];
  expect([...endings]).toEqual(expect.arrayContaining(words));
}, 60_000);

test("a world goes the same way, whichever others ran before it", async () => {
  const together = await runWorlds({ seed, from: 3, worlds: 3, processes: 1 });
  const alone = await Promise.all([4, 5].map((from) => runWorlds({ seed, from, worlds: 1, processes: 1 })));
  expect(alone.flat()).toEqual(together.filter(({ world }) => world > 3));
}, 30_000);

test("one world can be run again, and shows what happens in it", async () => {
  const command = [process.execPath, join(import.meta.dir, "main.ts"), "--seed", String(seed), "--world", "4"];
  const child = Bun.spawn(command, { stdout: "pipe", stderr: "ignore" });
  const trace = await child.stdout.text();
  expect(await child.exited).toBe(0);
  expect(trace).toMatch(/^ {2}\d+ enters \d$/m);
  expect(trace).toMatch(/^call 0 to \d$/m);
}, 30_000);

test("the command that stands above the table gives the table", async () => {
  let given = ["--worlds", "5", "--seed", "11"];
  const tables: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    const command = [process.execPath, join(import.meta.dir, "main.ts"), ...given];
    const child = Bun.spawn(command, { stdout: "pipe", stderr: "ignore" });
    const table = await child.stdout.text();
    expect(await child.exited).toBe(0);
    tables.push(table);
    given = (/^npm run stress -- (.+)$/m.exec(table)?.[1] ?? "").split(" ");
  }
  expect(tables[0]).toMatch(/^all +5 +0$/m);
  expect(tables[1]).toBe(tables[0] ?? "");
}, 30_000);
