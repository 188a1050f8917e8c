/**
 * Instances that are ended while a link passes handles from one to the other: what is the host's is given back, wherever it
 * had come to, the call is stopped, and who only looks on has nothing of it.
 */
import { beforeAll, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { TrapError } from "../errors/errors.ts";
import type { InstanceHandle } from "../runtime/instance-handle.ts";
import type { HostResource } from "../runtime/linker.ts";
import { Runtime } from "../runtime/runtime.ts";
import { countingDestructor } from "../runtime/testing/counting-destructor.ts";

/** Where in a call somebody is asked whether it may go on. */
interface Way {
  /** Things of the host that are passed. */
  readonly count: number;
  /** What a function takes, in the types of both. */
  readonly params: string;
  /** Where the next one lies, in bytes: behind it is whatever else an item has. */
  readonly stride: number;
  /** What the core function is given. */
  readonly given: string;
  readonly budget: Budget;
}

const itemBytes = 10_240;

const ways = {
  // More than are passed before somebody is asked.
  handles: {
    count: 2000,
    params: '(param "x" (list (own $h)))',
    stride: 4,
    given: "(i32.const 0) (i32.const 2000)",
    budget: {},
  },
  loans: {
    count: 2000,
    params: '(param "x" (list (borrow $h)))',
    stride: 4,
    given: "(i32.const 0) (i32.const 2000)",
    budget: {},
  },
  // Sizes are counted, so that it is asked in allocators.
  strings: {
    count: 500,
    params: '(param "x" (list (own $h))) (param "y" (list string))',
    stride: 4,
    given: "(i32.const 0) (i32.const 500) (i32.const 16384) (i32.const 2000)",
    budget: { maxMessageBytes: 1 << 30 },
  },
  // More than a slice of fuel pays for, in fewer items than it is asked for otherwise.
  copies: {
    count: 1000,
    params: `(param "x" (list (tuple (own $h) (list u8 ${itemBytes}))))`,
    stride: itemBytes + 4,
    given: "(i32.const 0) (i32.const 1000)",
    budget: {},
  },
} as const satisfies Readonly<Record<string, Way>>;

const memory = '(memory (export "mem") 200)';
const realloc = '(func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))';

/** Gets as many things as there are to be, and puts them into memory. */
const getAll = (count: number, stride: number): string => `(loop $next
    (i32.store (i32.mul (local.get $n) (i32.const ${stride})) (call $get))
    (local.set $n (i32.add (local.get $n) (i32.const 1)))
    (br_if $next (i32.lt_u (local.get $n) (i32.const ${count}))))
  (call $now)`;

const coreParams = ({ params }: Way): string => `(param ${params.includes('"y"') ? "i32 i32 i32 i32" : "i32 i32"})`;

const taking = (way: Way): string => `(component (import "h" (type $h (sub resource)))
  (component $inner
    (import "h" (type $h (sub resource)))
    (core module $m ${memory} ${realloc} (func (export "take") ${coreParams(way)}))
    (core instance $m (instantiate $m))
    (func (export "take") ${way.params}
      (canon lift (core func $m "take") (memory (core memory $m "mem")) (realloc (core func $m "realloc")))))
  (instance $i (instantiate $inner (with "h" (type $h))))
  (export "b" (instance $i)))`;

const handing = (way: Way): string => `(component (import "h" (type $h (sub resource)))
  (import "get" (func $get (result (own $h))))
  (import "now" (func $now))
  (import "b" (instance $b (alias outer 1 $h (type $h)) (export "take" (func ${way.params}))))
  (core module $l ${memory}) (core instance $l (instantiate $l))
  (core func $get (canon lower (func $get)))
  (core func $now (canon lower (func $now)))
  (core func $take (canon lower (func $b "take") (memory (core memory $l "mem"))))
  (core module $m (import "" "mem" (memory 1)) (import "" "get" (func $get (result i32))) (import "" "now" (func $now))
    (import "" "take" (func $take ${coreParams(way)}))
    (func (export "run") (local $n i32)
      ${getAll(way.count, way.stride)}
      (call $take ${way.given})))
  (core instance $i (instantiate $m (with "" (instance
    (export "mem" (memory $l "mem")) (export "get" (func $get)) (export "now" (func $now)) (export "take" (func $take))))))
  (func (export "run") (canon lift (core func $i "run"))))`;

const givenCount = 2000;
/** Where a list says where it is: behind its items. */
const listAt = 4 * givenCount;

const giving = `(component (import "h" (type $h (sub resource)))
  (import "get" (func $get (result (own $h))))
  (import "now" (func $now))
  (component $inner
    (import "h" (type $h (sub resource)))
    (import "get" (func $get (result (own $h))))
    (import "now" (func $now))
    (core func $get (canon lower (func $get)))
    (core func $now (canon lower (func $now)))
    (core module $m (import "" "get" (func $get (result i32))) (import "" "now" (func $now)) ${memory}
      (func (export "give") (result i32) (local $n i32)
        ${getAll(givenCount, 4)}
        (i32.store (i32.const ${listAt}) (i32.const 0))
        (i32.store (i32.const ${listAt + 4}) (i32.const ${givenCount}))
        (i32.const ${listAt}))
      (func (export "clean-up") (param i32)))
    (core instance $m (instantiate $m (with "" (instance (export "get" (func $get)) (export "now" (func $now))))))
    (func (export "give") (result (list (own $h)))
      (canon lift (core func $m "give") (memory (core memory $m "mem"))))
    (func (export "give-and-clean-up") (result (list (own $h)))
      (canon lift (core func $m "give") (memory (core memory $m "mem")) (post-return (core func $m "clean-up")))))
  (instance $i (instantiate $inner (with "h" (type $h)) (with "get" (func $get)) (with "now" (func $now))))
  (export "b" (instance $i)))`;

const given = `(component (import "h" (type $h (sub resource)))
  (import "b" (instance $b (alias outer 1 $h (type $h))
    (export "give" (func (result (list (own $h)))))
    (export "give-and-clean-up" (func (result (list (own $h)))))))
  (core module $l ${memory} ${realloc})
  (core instance $l (instantiate $l))
  (core func $give (canon lower (func $b "give") (memory (core memory $l "mem")) (realloc (core func $l "realloc"))))
  (core func $give-and-clean-up (canon lower (func $b "give-and-clean-up")
    (memory (core memory $l "mem")) (realloc (core func $l "realloc"))))
  (core module $m (import "" "give" (func $give (param i32))) (import "" "clean" (func $give-and-clean-up (param i32)))
    (func (export "give") (call $give (i32.const ${listAt})))
    (func (export "give-and-clean-up") (call $give-and-clean-up (i32.const ${listAt}))))
  (core instance $i (instantiate $m (with "" (instance
    (export "give" (func $give)) (export "clean" (func $give-and-clean-up))))))
  (func (export "give") (canon lift (core func $i "give")))
  (func (export "give-and-clean-up") (canon lift (core func $i "give-and-clean-up"))))`;

/** Whose resources come back to it: fewer than somebody is asked for where they are made. */
const ownCount = 1000;
const ownParams = '(param "x" (list (own $r))) (param "y" (list string))';

const defining = `(component (component $inner ${countingDestructor}
    (core module $m ${memory} ${realloc} (func (export "take") (param i32 i32 i32 i32)))
    (core instance $m (instantiate $m))
    (func (export "make") (param "x" u32) (result (own $r)) (canon lift (core func $new)))
    (func (export "destroyed") (result u32) (canon lift (core func $dtor "destroyed")))
    (func (export "take") ${ownParams}
      (canon lift (core func $m "take") (memory (core memory $m "mem")) (realloc (core func $m "realloc")))))
  (instance $i (instantiate $inner)) (export "b" (instance $i)))`;

const returning = `(component
  (import "b" (instance $b (export "r" (type $r (sub resource)))
    (export "make" (func (param "x" u32) (result (own $r)))) (export "take" (func ${ownParams}))))
  (import "now" (func $now))
  (core module $l ${memory}) (core instance $l (instantiate $l))
  (core func $make (canon lower (func $b "make")))
  (core func $now (canon lower (func $now)))
  (core func $take (canon lower (func $b "take") (memory (core memory $l "mem"))))
  (core module $m (import "" "mem" (memory 1)) (import "" "make" (func $make (param i32) (result i32)))
    (import "" "now" (func $now)) (import "" "take" (func $take (param i32 i32 i32 i32)))
    (func $get (result i32) (call $make (i32.const 1)))
    (func (export "run") (local $n i32)
      ${getAll(ownCount, 4)}
      (call $take (i32.const 0) (i32.const ${ownCount}) (i32.const 16384) (i32.const 2000))))
  (core instance $i (instantiate $m (with "" (instance (export "mem" (memory $l "mem"))
    (export "make" (func $make)) (export "now" (func $now)) (export "take" (func $take))))))
  (func (export "run") (canon lift (core func $i "run"))))`;

const neighbour = `(component
  (import "log" (func $log))
  (core func $log (canon lower (func $log)))
  (core module $m (import "" "log" (func $log)) (func (export "hi") (result i32) (call $log) (i32.const 7)))
  (core instance $i (instantiate $m (with "" (instance (export "log" (func $log))))))
  (func (export "hi") (result u32) (canon lift (core func $i "hi"))))`;

let bytesOf: (text: string) => Uint8Array;
beforeAll(async () => {
  const pairs = Object.values(ways).flatMap((way) => [taking(way), handing(way)]);
  bytesOf = await assemble([...pairs, giving, given, defining, returning, neighbour]);
}, 120_000);

type Ended = "nobody" | "caller" | "callee";

interface Scene {
  readonly callee: string;
  readonly caller: string;
  readonly budget?: Budget;
  /** By who guards the caller, in this order; the call is interrupted where it is nobody. */
  readonly ends: readonly Ended[];
  /** Called when nobody is in the callee any more. */
  readonly onEnd?: () => void;
}

/** Two instances, of which the one that calls is guarded by somebody who acts once all things are there. */
async function play({ callee: calleeText, caller: callerText, budget = {}, ends, onEnd }: Scene) {
  const runtime = new Runtime();
  const seen = { got: 0, dropped: 0, gone: [] as string[] };
  let isNow = false;
  let thing: HostResource | undefined;
  const callee = await runtime
    .instance(await runtime.load(bytesOf(calleeText)))
    .linkHost((linker) => {
      thing = linker.resource("h", { drop: () => void (seen.dropped += 1) });
      linker.func("get", () => ({ number: (seen.got += 1) }));
      linker.func("now", () => void (isNow = true));
      linker.onEnd(() => {
        seen.gone.push("callee");
        onEnd?.();
      });
    })
    .instantiate();
  const instances: { callee: InstanceHandle; caller?: InstanceHandle } = { callee };
  const caller = await runtime
    .instance(await runtime.load(bytesOf(callerText)))
    .budget(budget)
    .linkHost((linker) => {
      if (thing !== undefined) linker.resource("h", thing);
      linker.func("get", () => ({ number: (seen.got += 1) }));
      linker.func("now", () => void (isNow = true));
      linker.onEnd(() => void seen.gone.push("caller"));
    })
    .linkLocal("b", callee)
    .interruptBy(() => {
      if (!isNow) return undefined;
      for (const who of ends) if (who !== "nobody") void instances[who]?.terminate();
      return ends.includes("nobody") ? new Error("enough") : undefined;
    })
    .instantiate();
  instances.caller = caller;
  return { runtime, caller, callee, seen };
}

const codeOf = async (call: Promise<unknown>): Promise<unknown> => {
  const error = await call.catch((reason: unknown) => reason);
  return error instanceof TrapError ? error.code : error;
};

const ended: readonly (readonly Ended[])[] = [
  ["nobody"],
  ["caller"],
  ["callee"],
  ["caller", "callee"],
  ["callee", "caller"],
];
const names = Object.keys(ways) as (keyof typeof ways)[]; // of a constant
const cases = names.flatMap((name) => ended.map((ends) => [name, ends] as const));

test.each(cases)("arguments, asked for %s: %p is ended", async (name, ends) => {
  const way = ways[name];
  const scene = { callee: taking(way), caller: handing(way), budget: way.budget, ends };
  const { caller, callee, seen } = await play(scene);
  expect(await codeOf(caller.call("run"))).toBe(ends.includes("nobody") ? "cancelled" : "terminated");
  expect(caller.state).toBe(ends.includes("caller") ? "terminated" : "trapped");
  expect(callee.state).toBe(ends.includes("callee") ? "terminated" : "ready");
  // Nothing has come to the callee: it is gone before the call that did not come to it is over.
  expect(seen.gone).toEqual(ends.includes("callee") ? ["callee", "caller"] : ["caller"]);
  expect([caller.usage().handles, callee.usage().handles]).toEqual([0, 0]);
  expect([seen.got, seen.dropped]).toEqual([way.count, way.count]);
});

const results = ["give", "give-and-clean-up"].flatMap((name) => ended.map((ends) => [name, ends] as const));

test.each(results)("results of '%s': %p is ended", async (name, ends) => {
  const { caller, callee, seen } = await play({ callee: giving, caller: given, ends });
  expect(await codeOf(caller.call(name))).toBe(ends.includes("nobody") ? "cancelled" : "terminated");
  expect(caller.state).toBe(ends.includes("caller") ? "terminated" : "trapped");
  expect(callee.state).toBe(ends.includes("callee") ? "terminated" : "ready");
  // What has not come to the caller is the callee's still, which has returned.
  expect(seen.dropped + callee.usage().handles).toBe(seen.got);
  expect(caller.usage().handles).toBe(0);
  await callee.terminate();
  expect([seen.got, seen.dropped]).toEqual([givenCount, givenCount]);
  expect(seen.gone.toSorted()).toEqual(["callee", "caller"]);
});

test("resources of the callee that come back from a caller that has ended are destroyed", async () => {
  const { budget } = ways.strings;
  const { caller, callee } = await play({ callee: defining, caller: returning, budget, ends: ["caller"] });
  expect(await codeOf(caller.call("run"))).toBe("terminated");
  expect([callee.state, await callee.call("b#destroyed")]).toEqual(["ready", ownCount]);
  expect([caller.usage().handles, callee.usage().handles]).toEqual([0, 0]);
});

test.each(names)("who is called as the callee goes does not take the trap, asked for %s", async (name) => {
  const way = ways[name];
  const answers: unknown[] = [];
  let ask = (): unknown => undefined;
  const { runtime, caller, seen } = await play({
    callee: taking(way),
    caller: handing(way),
    budget: way.budget,
    ends: ["callee"],
    onEnd: () => void answers.push(ask()),
  });
  const beside = await runtime
    .instance(await runtime.load(bytesOf(neighbour)))
    .linkHost((linker) => linker.func("log", () => undefined))
    .instantiate();
  ask = beside.func("hi");
  expect(await codeOf(caller.call("run"))).toBe("terminated");
  expect([answers, beside.state, caller.state]).toEqual([[7], "ready", "trapped"]);
  expect([seen.got, seen.dropped]).toEqual([way.count, way.count]);
});
