/**
 * Programs that real toolchains make run with a directory, a budget, and what every policy gives (time, random, output).
 * That of Python is made on first use, which takes a minute at most (built.ts).
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Budget } from "../../core/budget/budget.ts";
import { BudgetExhausted } from "../../isorun/errors/errors.ts";
import type { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { WasiClocks } from "../../isorun/wasi/clocks.ts";
import { WasiDenied } from "../../isorun/wasi/denied.ts";
import { WasiDir } from "../../isorun/wasi/dir.ts";
import { WasiRandom } from "../../isorun/wasi/random.ts";
import { WasiStdio } from "../../isorun/wasi/stdio.ts";
import { type BuiltName, built } from "./built.ts";

/** A package of 70 MB is fetched the first time. */
const timeLimitMs = 300_000;

const programs: readonly {
  readonly name: BuiltName;
  readonly run: string;
  readonly file: string;
  readonly text: string;
  readonly budget: Budget;
}[] = [
  {
    name: "count-files",
    run: "wasi:cli/run@0.2.12#run",
    file: "words.txt",
    text: "3 rust\n2 and\n1 python\n1 wasm\n",
    budget: { fuel: 20_000_000n, maxMemoryBytes: 4 << 20 },
  },
  {
    name: "count-words",
    run: "wasi:cli/run@0.2.0#run",
    file: "words.json",
    text: '[["rust", 3], ["and", 2], ["python", 1], ["wasm", 1]]',
    budget: { fuel: 2_000_000_000n, maxMemoryBytes: 128 << 20 },
  },
];

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "programs-"));
  mkdirSync(join(directory, "in"));
  mkdirSync(join(directory, "out"));
  writeFileSync(join(directory, "in", "a.txt"), "Rust and Python\n");
  writeFileSync(join(directory, "in", "b.txt"), "rust and wasm, rust\n");
});
afterAll(() => rmSync(directory, { recursive: true }));

interface Started {
  readonly handle: InstanceHandle;
  readonly written: () => string;
}

async function start(name: BuiltName, budget: Budget): Promise<Started> {
  const chunks: string[] = [];
  const runtime = new Runtime();
  const handle = await runtime
    .instance(await runtime.load(await built(name)))
    .budget(budget)
    .linkSystem(new WasiDenied())
    .linkSystem(new WasiClocks())
    .linkSystem(new WasiRandom({ seed: 7n }))
    .linkSystem(new WasiDir(directory, { access: "write" }))
    .linkSystem(new WasiStdio({ stdout: (bytes) => void chunks.push(new TextDecoder().decode(bytes)) }))
    .instantiate();
  return { handle, written: () => chunks.join("") };
}

describe.each(programs)("$name", ({ name, run, file, text, budget }) => {
  test(
    "reads and writes files of its directory within its budget",
    async () => {
      const { handle, written } = await start(name, budget);
      await handle.call(run);
      expect(readFileSync(join(directory, "out", file), "utf8")).toBe(text);
      expect(written()).toBe("2 files, 4 words\n");
      expect(handle.usage().fuel).toBeLessThan(budget.fuel ?? 0n);
      await handle.terminate();
    },
    timeLimitMs,
  );

  test(
    "ends when its fuel is spent",
    async () => {
      const spent = (async () => {
        const { handle } = await start(name, { ...budget, fuel: 2000n });
        await handle.call(run);
      })();
      const error = await spent.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(BudgetExhausted);
      expect(error).toMatchObject({ field: "fuel", limit: 2000n });
    },
    timeLimitMs,
  );
});

describe("words, a library in Rust", () => {
  test("strings, records and resources", async () => {
    const runtime = new Runtime();
    const handle = await runtime.instance(await runtime.load(await built("words"))).instantiate();
    const of = "vivarium:words/count@0.1.0#";
    expect(handle.func(`${of}words`)("to be or not to be")).toEqual([
      { text: "be", times: 2 },
      { text: "to", times: 2 },
      { text: "not", times: 1 },
      { text: "or", times: 1 },
    ]);
    const tally = handle.func(`${of}[constructor]tally`)();
    expect(handle.func(`${of}[method]tally.feed`)(tally, "to be or not to be")).toBe(6);
    expect(handle.func(`${of}[method]tally.distinct`)(tally)).toBe(4);
  });
});

test("text, a library in JavaScript with its engine", async () => {
  const runtime = new Runtime();
  const handle = await runtime.instance(await runtime.load(await built("text"))).instantiate();
  expect(handle.func("shout")("grüße 🎉")).toBe("GRÜSSE 🎉!");
  expect(handle.func("total")([1, 2, 4_000_000_000])).toBe(4_000_000_003);
}, 300_000);
