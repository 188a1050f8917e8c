/** A function of the host that one instance exports again to another: whose budget it spends, and until when it can be called. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { Linker } from "../runtime/linker.ts";
import { Runtime } from "../runtime/runtime.ts";

/** Exports `write` as it is, and in an interface; `hold` waits. */
const passing = `(component
  (import "write" (func $write (param "n" u32)))
  (import "wait" (func $wait))
  (core func $wait' (canon lower (func $wait)))
  (core module $m (import "" "wait" (func $wait)) (func (export "hold") (call $wait)))
  (core instance $i (instantiate $m (with "" (instance (export "wait" (func $wait'))))))
  (func (export "hold") (canon lift (core func $i "hold")))
  (instance $again (export "write" (func $write)))
  (export "again" (instance $again))
  (export "write-again" (func $write)))`;

const writingBy = (imports: string): string => `(component
  ${imports}
  (core func $write (canon lower (func $write)))
  (core module $m (import "" "write" (func $write (param i32)))
    (func (export "go") (param i32) (call $write (local.get 0))))
  (core instance $i (instantiate $m (with "" (instance (export "write" (func $write))))))
  (func (export "go") (param "n" u32) (canon lift (core func $i "go"))))`;

const writers = {
  "write-again": writingBy(`(import "write-again" (func $write (param "n" u32)))`),
  again: writingBy(`(import "again" (instance $again (export "write" (func (param "n" u32)))))
    (alias export $again "write" (func $write))`),
};
const names = Object.keys(writers) as (keyof typeof writers)[];

let bytesOf: (text: string) => Uint8Array;
beforeAll(async () => {
  bytesOf = await assemble([passing, ...Object.values(writers)]);
});

const outputMax = 10;

type Write = (linker: Linker, n: number) => unknown;

const atOnce: Write = (linker, n) => linker.writeOutput(new Uint8Array(n), () => undefined);
const later: Write = async (linker, n) => {
  await Promise.resolve();
  atOnce(linker, n);
};

/** The first one may write ten bytes, the second one writes by it. */
async function linked(name: keyof typeof writers, write: Write = atOnce) {
  const runtime = new Runtime();
  const calls: (number | "end")[] = [];
  const passes = await runtime
    .instance(await runtime.load(bytesOf(passing)))
    .budget({ maxOutputBytes: outputMax })
    .linkHost((linker) => {
      linker.func("wait", () => new Promise(() => undefined));
      linker.onEnd(() => calls.push("end"));
      linker.func("write", (n: number) => {
        calls.push(n);
        return write(linker, n);
      });
    })
    .instantiate();
  const writes = await runtime
    .instance(await runtime.load(bytesOf(writers[name])))
    .linkLocal(name, passes)
    .instantiate();
  return { passes, writes, calls };
}

const spent = { field: "maxOutputBytes", limit: outputMax };

for (const name of names) {
  test.each([
    ["at once", atOnce],
    ["later", later],
  ])(`'${name}': whose output is spent ends as exhausted, %s, and who spent it is trapped`, async (_, write) => {
    const { passes, writes, calls } = await linked(name, write);
    await writes.call("go", [4]);
    expect(await failureOf(writes.call("go", [20]))).toMatchObject(spent);
    expect([writes.state, passes.state, calls]).toEqual(["trapped", "exhausted", [4, 20, "end"]]);
  });

  test(`'${name}' cannot be called any more when the instance that it was given to has ended`, async () => {
    const { passes, writes, calls } = await linked(name);
    await writes.call("go", [1]);
    await passes.terminate();
    expect(await failureOf(writes.call("go", [1]))).toMatchObject({ code: "cannot-enter" });
    expect([writes.state, calls]).toEqual(["trapped", [1, "end"]]);
  });
}

test("a call that is in the instance whose output is spent ends with it", async () => {
  const { passes, writes, calls } = await linked("write-again");
  const holding = failureOf(passes.call("hold"));
  await writes.call("go", [4]);
  const end = await failureOf(writes.call("go", [20]));
  expect(end).toMatchObject({ code: "trap", cause: spent });
  expect(await holding).toMatchObject(spent);
  expect([writes.state, passes.state, calls]).toEqual(["trapped", "exhausted", [4, 20, "end"]]);
});
