/** Which modules of generated code are shared, and which are written anew. */
import { expect, test } from "bun:test";
import { GeneratedModules } from "./generated-modules.ts";

const preamble = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** An empty module with a section of no meaning, of so many bytes in all. */
function moduleOf(size: number): Uint8Array<ArrayBuffer> {
  const rest = size - preamble.length - 4;
  const bytes = new Uint8Array(size);
  bytes.set([...preamble, 0x00, 0x80 | (rest & 0x7f), 0x80 | ((rest >> 7) & 0x7f), rest >> 14]);
  return bytes;
}

/** Of what is kept at most, a sixteenth. */
const size = 2 ** 16;

function writing() {
  const modules = new GeneratedModules();
  const written: number[] = [];
  const get = (key: number): WebAssembly.Module =>
    modules.get(`${key}`, () => {
      written.push(key);
      return moduleOf(size);
    });
  return { get, written };
}

/** References keep what they name until the end of the job. */
async function collected(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  Bun.gc(true);
}

test("one for a key, however often it is asked for", () => {
  const { get, written } = writing();
  const first = get(1);
  expect([get(1), get(1)]).toEqual([first, first]);
  expect(get(2)).not.toBe(first);
  expect(written).toEqual([1, 2]);
});

test("the latest are kept though nobody has them, and what is asked for again is among them", async () => {
  const { get, written } = writing();
  for (let round = 0; round < 20; round += 1) {
    for (const key of [1, 2, 3]) get(key);
    get(100 + round);
    await collected();
  }
  expect(written.filter((key) => key < 100)).toEqual([1, 2, 3]);
});

test("one that somebody has is shared, however many came since", async () => {
  const { get } = writing();
  const first = get(0);
  for (let key = 1; key < 100; key += 1) get(key);
  await collected();
  expect(get(0)).toBe(first);
});

/** Collectors look at the stack, and may take what lies there for a reference. */
test("of many that nobody has, most are collected", async () => {
  const { get } = writing();
  const references: WeakRef<WebAssembly.Module>[] = [];
  for (let key = 0; key < 100; key += 1) references.push(new WeakRef(get(key)));
  await collected();
  expect(references.filter((reference) => reference.deref() === undefined).length).toBeGreaterThan(60);
});
