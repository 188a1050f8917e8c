/** System components know their types: a component that asks for others is told so, and none of its code runs. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { LinkError } from "../errors/errors.ts";
import { Runtime } from "../runtime/runtime.ts";
import { WasiClocks } from "./clocks.ts";
import { WasiRandom } from "./random.ts";

const illTyped = `(component
  (import "wasi:random/random@0.2.9" (instance (export "get-random-u64" (func (param "x" string) (result u32)))))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance
    (export "pollable" (type $p (sub resource)))
    (export "now" (func (result string)))
    (export "bogus" (func))
    (export "subscribe-instant" (func (param "when" u64) (result (own $p)))))))`;

const own = `(component
  (import "wasi:random/random@0.2.9" (instance (export "get-random-u64" (func (result u32)))))
  (core module $m (func (export "run")))
  (core instance $i (instantiate $m))
  (func (export "run") (canon lift (core func $i "run"))))`;

let read: (text: string) => Uint8Array;
beforeAll(async () => {
  read = await assemble([illTyped, own]);
}, 120_000);

test("imports of other types are not linked, with both types", async () => {
  const runtime = new Runtime();
  const builder = runtime.instance(await runtime.load(read(illTyped)));
  builder.linkSystem(new WasiRandom()).linkSystem(new WasiClocks());
  for (const _ of ["at first", "and again"]) {
    const end = await builder.instantiate().catch((error: unknown) => error);
    if (!(end instanceof LinkError)) throw new Error("it was linked", { cause: end });
    expect(end.problems.map(({ kind, func, wanted, given }) => [kind, func, wanted, given])).toEqual([
      ["mismatch", "get-random-u64", "func(x: string) -> u32", "func() -> u64"],
      ["mismatch", "now", "func() -> string", "func() -> instant"],
      ["missing", "bogus", "func()", undefined],
    ]);
    expect(end.message).not.toContain("would provide it");
  }
});

test("a host that defines a function itself may give it any type", async () => {
  const runtime = new Runtime();
  const builder = runtime.instance(await runtime.load(read(own))).linkSystem(new WasiRandom());
  builder.linkHost((linker) =>
    linker.instance("wasi:random/random@0.2.12", (inner) => inner.func("get-random-u64", () => 1)),
  );
  expect((await builder.instantiate()).state).toBe("ready");
});
