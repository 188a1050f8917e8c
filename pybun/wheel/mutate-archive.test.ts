import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "@vivarium/core/diagnostic";
import { buildWheel, demoModule, unpackBytes } from "./testing/wheel-builder.ts";

/**
 * Every change of one byte of a wheel must end in a refusal, or in the very same tree: bytes that mean nothing, such as
 * times, may change. No change may end in a crash, in other contents or in another set of names.
 */

const wheel = buildWheel({
  entries: [
    demoModule,
    { name: "demo/stored.txt", data: "stored", method: 0 },
    { name: "demo/wide.txt", data: "wide", zip64: true },
    { name: "demo/described.txt", data: "described ".repeat(9), descriptor: "signed" },
  ],
  end: { zip64: true, comment: Buffer.from("comment") },
});

/** All names and contents of the tree, or the code of the refusal. */
async function outcomeOf(bytes: Uint8Array): Promise<string> {
  try {
    return await unpackBytes(bytes, ({ directory }) => {
      const tree = join(directory, "tree");
      const names = readdirSync(tree, { recursive: true, encoding: "utf8" }).sort();
      const texts = names.map((name) =>
        /\.\w+$|RECORD|METADATA|WHEEL$/.test(name) && !name.endsWith("dist-info")
          ? readFileSync(join(tree, name), "latin1")
          : "",
      );
      return JSON.stringify([names, texts]);
    });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.code;
  }
}

const whole = await outcomeOf(wheel);

async function expectSafe(bytes: Uint8Array, change: string): Promise<boolean> {
  const outcome = await outcomeOf(bytes);
  if (!outcome.startsWith("E_WHEEL_") && outcome !== whole) throw new Error(`${change} gives ${outcome}`);
  return outcome !== whole;
}

test("the tree of the unchanged wheel has what it should have", () => {
  for (const name of ["demo/stored.txt", "demo/wide.txt", "demo/described.txt"]) expect(whole).toContain(name);
});

test("no change of a byte gives another tree", async () => {
  let refused = 0;
  for (let at = 0; at < wheel.length; at++) {
    const changed = Buffer.from(wheel);
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
    if (await expectSafe(changed, `bit ${at % 8} of byte ${at}`)) refused += 1;
  }
  // Times, versions and the like of eight entries are free; nearly all other bytes count.
  expect(refused / wheel.length).toBeGreaterThan(0.7);
}, 30_000);

test("no cut, and no byte more or less anywhere, gives another tree", async () => {
  for (let at = 0; at < wheel.length; at += 3) {
    expect(await outcomeOf(wheel.subarray(0, at))).toStartWith("E_WHEEL_");
    const parts = [wheel.subarray(0, at), wheel.subarray(at)] as const;
    await expectSafe(Buffer.concat([parts[0], Buffer.alloc(1, 0x41), parts[1]]), `a byte more at ${at}`);
    await expectSafe(Buffer.concat([parts[0], parts[1].subarray(1)]), `a byte less at ${at}`);
  }
}, 30_000);
