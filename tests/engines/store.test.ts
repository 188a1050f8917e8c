/** The store of compiled modules in Bun and in Node: each writes it, and each reads what the other wrote. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { oracleNode } from "../../tools/npm-oracles.ts";
import { assemble } from "../components/assemble.ts";
import { type StoreUse, useStore } from "./store-smoke.ts";

/** The oracles of npm are installed on first use. */
const timeLimitMs = 300_000;
const source = join(import.meta.dir, "store-smoke.ts");
const scratch = mkdtempSync(join(tmpdir(), "isorun-engines-store-"));
const file = join(scratch, "smoke.wasm");
const bundle = join(scratch, "store-smoke.mjs");

type Program = (store: string) => Promise<StoreUse>;

const inBun: Program = (store) => useStore(store, readFileSync(file));

/** A bundle, or the sources, of which Node takes the types away. */
const inNode =
  (program: string): Program =>
  async (store) => {
    const ran = Bun.spawnSync([await oracleNode(), program, store, file]);
    if (ran.exitCode !== 0) throw new Error(`Node failed: ${ran.stderr.toString()}`);
    // What the program prints.
    return JSON.parse(ran.stdout.toString()) as StoreUse;
  };

beforeAll(async () => {
  const text = readFileSync(join(import.meta.dir, "smoke.wat"), "utf8");
  writeFileSync(file, (await assemble([text]))(text));
  const built = await Bun.build({ entrypoints: [source], target: "node" });
  const [output] = built.outputs;
  if (output === undefined) throw new Error("there is no bundle");
  writeFileSync(bundle, await output.text());
  await oracleNode();
}, timeLimitMs);
afterAll(() => rmSync(scratch, { recursive: true }));

const programs = { Bun: inBun, "Node, bundled": inNode(bundle), "Node, from its sources": inNode(source) };
const pairs = Object.entries(programs).flatMap(([writer, write]) =>
  Object.entries(programs).map(([reader, read]) => ({ writer, write, reader, read })),
);

test.each(pairs)("$writer writes what $reader reads", async ({ writer, write, reader, read }) => {
  const store = join(scratch, `${writer} ${reader}`);
  const [written, found] = [await write(store), await read(store)];
  expect(written).toMatchObject({ fromStore: false, said: "grüße!" });
  expect(written.kept).toHaveLength(2);
  expect(found).toEqual({ ...written, fromStore: true });
});
