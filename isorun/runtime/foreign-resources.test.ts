/** Another instance's resources at the end of who owns them: destroyed once, there, and on nobody's account but the owner's. */
import { beforeAll, expect, test } from "bun:test";
import type { Budget } from "../../core/budget/budget.ts";
import { assemble } from "../../tests/components/assemble.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

/** Serves `b` by a resource whose destructor takes this many rounds of three instructions or more. */
const store = (rounds: number): string => `(component
  (component $inner
    (core module $dtor
      (global $destroyed (mut i32) (i32.const 0))
      (func (export "dtor") (param i32) (local $n i32)
        (loop $next
          (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (br_if $next (i32.lt_u (local.get $n) (i32.const ${rounds}))))
        (global.set $destroyed (i32.add (global.get $destroyed) (local.get 0))))
      (func (export "destroyed") (result i32) (global.get $destroyed)))
    (core instance $dtor (instantiate $dtor))
    (type $r' (resource (rep i32) (dtor (core func $dtor "dtor"))))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r'))
    (core module $m (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 5))))
    (core instance $m (instantiate $m (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $r)) (canon lift (core func $m "make")))
    (func (export "destroyed") (result u32) (canon lift (core func $dtor "destroyed"))))
  (instance $inner (instantiate $inner))
  (export "b" (instance $inner)))`;

/** Keeps what it makes, or passes it on to the host with what may be no character; then it is its caller's. */
const user = `(component
  (import "b" (instance $b (export "r" (type $r (sub resource))) (export "make" (func (result (own $r))))))
  (alias export $b "r" (type $r))
  (import "see" (func $see))
  (import "take" (func $take (param "r" (own $r)) (param "c" char)))
  (core func $make (canon lower (func $b "make")))
  (core func $see (canon lower (func $see)))
  (core func $take (canon lower (func $take)))
  (core module $m
    (import "" "make" (func $make (result i32))) (import "" "see" (func $see))
    (import "" "take" (func $take (param i32 i32)))
    (memory (export "mem") 1)
    (func (export "keep") (drop (call $make)))
    (func (export "see") (call $see))
    (func (export "pass") (param i32) (call $take (call $make) (local.get 0)))
    (func (export "give") (param i32) (result i32)
      (i32.store (i32.const 0) (call $make)) (i32.store (i32.const 4) (local.get 0)) (i32.const 0)))
  (core instance $i (instantiate $m (with "" (instance
    (export "make" (func $make)) (export "see" (func $see)) (export "take" (func $take))))))
  (func (export "keep") (canon lift (core func $i "keep")))
  (func (export "see") (canon lift (core func $i "see")))
  (func (export "pass") (param "c" u32) (canon lift (core func $i "pass")))
  (func (export "give") (param "c" u32) (result (tuple (own $r) char))
    (canon lift (core func $i "give") (memory (core memory $i "mem")))))`;

/** Several slices of fuel, at whose ends somebody looks at the clock. */
const longRounds = 1_000_000;

const texts = [store(1), store(longRounds), user];
let bytesOf: (text: string) => Uint8Array;
beforeAll(async () => {
  bytesOf = await assemble(texts);
});

interface Host {
  readonly see?: () => void;
  readonly take?: (value: Disposable) => void;
}

const nothing = (): void => undefined;

async function userOf(
  runtime: Runtime,
  owner: InstanceHandle,
  { see = nothing, take = nothing }: Host = {},
): Promise<InstanceHandle> {
  const builder = runtime.instance(await runtime.load(bytesOf(user))).linkLocal("b", owner);
  return builder.linkHost((linker) => linker.func("see", see).func("take", take)).instantiate();
}

const ownerOf = async (runtime: Runtime, rounds = 1, budget: Budget = {}): Promise<InstanceHandle> =>
  runtime
    .instance(await runtime.load(bytesOf(store(rounds))))
    .budget(budget)
    .instantiate();

const destroyedIn = (owner: InstanceHandle): unknown => owner.func("b#destroyed")();

function busyFor(ms: number): void {
  const start = performance.now();
  while (performance.now() - start < ms);
}

/** Enough for a busy machine to begin the call in. */
const timeoutMs = 150;

test.each<[rounds: number, budget: Budget]>([
  [1, {}],
  [longRounds, { fuel: 10n ** 9n }],
])("the deadline of a call that ends an instance is none of the destructors': %i rounds", async (rounds, budget) => {
  const runtime = new Runtime();
  const owner = await ownerOf(runtime, rounds, budget);
  const ends = await userOf(runtime, owner);
  ends.func("keep")();
  const see = (): void => {
    busyFor(timeoutMs + 1);
    void ends.terminate();
  };
  const late = await userOf(runtime, await ownerOf(runtime), { see });
  await late.call("see", [], { timeoutMs });
  expect([ends.state, owner.state]).toEqual(["terminated", "ready"]);
  expect(destroyedIn(owner)).toBe(5);
});

test.each(["pass", "give"])("what is lost on its way to the host is destroyed: '%s'", async (name) => {
  const runtime = new Runtime();
  const owner = await ownerOf(runtime);
  const taken: Disposable[] = [];
  const instance = await userOf(runtime, owner, { take: (value) => void taken.push(value) });
  // No character: what was lifted before it does not arrive.
  expect(() => instance.func(name)(0xd8_00)).toThrow("invalid `char` bit pattern");
  expect([instance.state, owner.state, taken.length]).toEqual(["trapped", "ready", 0]);
  expect(destroyedIn(owner)).toBe(5);
  await instance.terminate();
  expect(destroyedIn(owner)).toBe(5);
});

test.each(["pass", "give"])("what has come to the host is the host's to destroy: '%s'", async (name) => {
  const runtime = new Runtime();
  const owner = await ownerOf(runtime);
  const taken: Disposable[] = [];
  const instance = await userOf(runtime, owner, { take: (value) => void taken.push(value) });
  const result = instance.func(name)(0x41);
  if (name === "give") taken.push((result as [Disposable, string])[0]); // as its type says
  await instance.terminate();
  expect(destroyedIn(owner)).toBe(0);
  expect(taken.length).toBe(1);
  for (const value of taken) value[Symbol.dispose]();
  expect(destroyedIn(owner)).toBe(5);
});
