/** Values of one size, and handles, are paid for between components as lists are. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { InstanceHandle } from "../runtime/instance-handle.ts";
import { Runtime } from "../runtime/runtime.ts";

const memory = `(memory (export "m") 2)
  (func (export "r") (param i32 i32 i32 i32) (result i32) (i32.const 16))`;

/** What is of one size: parameters that do not fit into locals, and lists of a fixed length. */
const fixedTypes = {
  small: `(tuple ${"u64 ".repeat(16)})`,
  large: `(tuple ${"u64 ".repeat(17)})`,
  bytes: "(list u8 100000)",
  bools: "(list bool 8192)",
  blocks: "(list bool 8193)",
  texts: "(list string 100)",
} as const;

const fixedKinds = Object.entries(fixedTypes);

const fixed = `(component
  (component $takes
    (core module $m ${memory} ${fixedKinds
      .map(([kind]) => {
        const params = kind === "small" ? "i64 ".repeat(16) : "i32";
        return `(func (export "${kind}") (param ${params}))`;
      })
      .join(" ")})
    (core instance $m (instantiate $m))
    ${fixedKinds
      .map(
        ([kind, type]) => `(func (export "${kind}") (param "x" ${type})
          (canon lift (core func $m "${kind}") (memory (core memory $m "m")) (realloc (core func $m "r"))))`,
      )
      .join("\n")})
  (component $gives
    (import "t" (instance $t ${fixedKinds.map(([kind, type]) => `(export "${kind}" (func (param "x" ${type})))`).join(" ")}))
    (core module $l ${memory})
    (core instance $l (instantiate $l))
    ${fixedKinds
      .map(([kind]) => {
        const [params, given] =
          kind === "small" ? ["i64 ".repeat(16), "(i64.const 0)".repeat(16)] : ["i32", "(i32.const 0)"];
        return `(core func $${kind} (canon lower (func $t "${kind}") (memory (core memory $l "m"))))
          (core module $${kind}
            (import "" "f" (func $f (param ${params})))
            (func (export "f") (call $f ${given})))
          (core instance $${kind} (instantiate $${kind} (with "" (instance (export "f" (func $${kind}))))))
          (func (export "${kind}") (canon lift (core func $${kind} "f")))`;
      })
      .join("\n")})
  (instance $t (instantiate $takes))
  (instance $g (instantiate $gives (with "t" (instance $t))))
  ${fixedKinds.map(([kind]) => `(export "${kind}" (func $g "${kind}"))`).join(" ")})`;

/** Makes so many resources of the other component, and gives it so many of them. */
const handles = `(component
  (component $t
    (type $r' (resource (rep i32)))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r'))
    (core module $m ${memory} (func (export "take") (param i32 i32) (result i32) (local.get 1)))
    (core instance $m (instantiate $m))
    (func (export "make") (param "x" u32) (result (own $r)) (canon lift (core func $new)))
    (func (export "take") (param "x" (list (own $r))) (result u32)
      (canon lift (core func $m "take") (memory (core memory $m "m")) (realloc (core func $m "r")))))
  (component $g
    (import "t" (instance $t
      (export "r" (type $r (sub resource)))
      (export "make" (func (param "x" u32) (result (own $r))))
      (export "take" (func (param "x" (list (own $r))) (result u32)))))
    (core module $l ${memory})
    (core instance $l (instantiate $l))
    (core func $make (canon lower (func $t "make")))
    (core func $take (canon lower (func $t "take") (memory (core memory $l "m"))))
    (core module $m
      (import "" "make" (func $make (param i32) (result i32)))
      (import "" "take" (func $take (param i32 i32) (result i32)))
      (import "" "m" (memory 2))
      (func (export "give") (param $makes i32) (param $gives i32) (result i32)
        (loop $again
          (local.set $makes (i32.sub (local.get $makes) (i32.const 1)))
          (i32.store (i32.mul (local.get $makes) (i32.const 4)) (call $make (i32.const 1)))
          (br_if $again (local.get $makes)))
        (call $take (i32.const 0) (local.get $gives))))
    (core instance $m (instantiate $m (with "" (instance
      (export "make" (func $make)) (export "take" (func $take)) (export "m" (memory $l "m"))))))
    (func (export "give") (param "makes" u32) (param "gives" u32) (result u32) (canon lift (core func $m "give"))))
  (instance $t (instantiate $t))
  (instance $g (instantiate $g (with "t" (instance $t))))
  (export "give" (func $g "give")))`;

const runtime = new Runtime();
let made: (text: string) => Promise<InstanceHandle>;

beforeAll(async () => {
  const read = await assemble([fixed, handles]);
  made = async (text) =>
    runtime
      .instance(await runtime.load(read(text)))
      .budget({ fuel: 1n << 40n })
      .instantiate();
}, 120_000);

async function fuelOf(instance: InstanceHandle, name: string, args: readonly number[] = []): Promise<number> {
  const before = instance.usage().fuel;
  await instance.call(name, args);
  return Number(instance.usage().fuel - before);
}

test("what has one size is paid for as well, if it is large", async () => {
  const instance = await made(fixed);
  const prices: Record<string, number> = {};
  for (const [kind] of fixedKinds) prices[kind] = await fuelOf(instance, kind);
  // With instructions of their own, and a call of the allocator for each block and text.
  expect(prices).toEqual({
    small: 17,
    large: 17 + 3,
    bytes: 12_500 + 3,
    bools: 1024 + 3,
    blocks: 1024 + 8193 + 3,
    texts: 100 + 100 + 3,
  });
});

test("handles are paid for one by one", async () => {
  const instance = await made(handles);
  const none = await fuelOf(instance, "give", [1000, 0]);
  expect((await fuelOf(instance, "give", [1000, 1000])) - none).toBe(1000);
  expect(await instance.call("give", [7, 5])).toBe(5);
});
