/** Destructors whose imports answer with promises: at the end of who owns the resources, and in the host's hands. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { InstanceState } from "../call/task.ts";
import { failureOf, thrownBy } from "../errors/testing/failure-of.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

/** Numbers what it makes; the destructor notes the number before it is counted as destroyed. */
const store = `(component
  (import "note" (func $note (param "n" u32)))
  (component $inner
    (import "note" (func $note (param "n" u32)))
    (core func $note (canon lower (func $note)))
    (core module $dtor
      (import "" "note" (func $note (param i32)))
      (global $destroyed (mut i32) (i32.const 0))
      (func (export "dtor") (param i32)
        (call $note (local.get 0))
        (global.set $destroyed (i32.add (global.get $destroyed) (i32.const 1))))
      (func (export "wait") (call $note (i32.const 0)))
      (func (export "destroyed") (result i32) (global.get $destroyed)))
    (core instance $dtor (instantiate $dtor (with "" (instance (export "note" (func $note))))))
    (type $r' (resource (rep i32) (dtor (core func $dtor "dtor"))))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r'))
    (core module $m (import "" "new" (func $new (param i32) (result i32)))
      (global $made (mut i32) (i32.const 0))
      (func (export "make") (result i32)
        (global.set $made (i32.add (global.get $made) (i32.const 1)))
        (call $new (global.get $made))))
    (core instance $m (instantiate $m (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $r)) (canon lift (core func $m "make")))
    (func (export "wait") (canon lift (core func $dtor "wait")))
    (func (export "destroyed") (result u32) (canon lift (core func $dtor "destroyed"))))
  (instance $inner (instantiate $inner (with "note" (func $note))))
  (export "b" (instance $inner)))`;

const user = `(component
  (import "b" (instance $b (export "r" (type $r (sub resource))) (export "make" (func (result (own $r))))))
  (core func $make (canon lower (func $b "make")))
  (core module $m
    (import "" "make" (func $make (result i32)))
    (func (export "keep") (drop (call $make)))
    (func (export "spin") (loop (br 0)))
    (func (export "fail") unreachable))
  (core instance $i (instantiate $m (with "" (instance (export "make" (func $make))))))
  (func (export "keep") (canon lift (core func $i "keep")))
  (func (export "spin") (canon lift (core func $i "spin")))
  (func (export "fail") (canon lift (core func $i "fail"))))`;

let bytesOf: (text: string) => Uint8Array;
beforeAll(async () => {
  bytesOf = await assemble([store, user]);
});

type Note = (n: number) => unknown;
type Resource = Disposable & AsyncDisposable;

const ownerOf = async (runtime: Runtime, note: Note): Promise<InstanceHandle> =>
  runtime
    .instance(await runtime.load(bytesOf(store)))
    .linkHost((linker) => linker.func("note", (n: number) => note(n)))
    .instantiate();

const userOf = async (runtime: Runtime, owner: InstanceHandle): Promise<InstanceHandle> =>
  runtime
    .instance(await runtime.load(bytesOf(user)))
    .budget({ fuel: 100_000n })
    .linkLocal("b", owner)
    .instantiate();

/** Waits for its turn, so behind what stands in the queue already. */
const destroyedIn = (owner: InstanceHandle): Promise<unknown> => owner.call("b#destroyed");

/** A note that answers after some rounds of the queue of jobs. */
const late = async (): Promise<void> => {
  for (let round = 0; round < 5; round += 1) await Promise.resolve();
};

const ends: readonly (readonly [
  by: string,
  state: InstanceState,
  end: (instance: InstanceHandle) => Promise<unknown>,
])[] = [
  ["terminate", "terminated", (instance) => instance.terminate()],
  ["trap", "trapped", (instance) => failureOf(instance.call("fail"))],
  ["spent fuel", "exhausted", (instance) => failureOf(instance.call("spin"))],
];

test.each([...ends])("at the end by %s one follows the other, and their instance goes on", async (_, state, end) => {
  const runtime = new Runtime();
  const noted: number[] = [];
  const owner = await ownerOf(runtime, async (n) => {
    await late();
    noted.push(n);
  });
  const instance = await userOf(runtime, owner);
  for (let count = 0; count < 3; count += 1) await instance.call("keep");
  await end(instance);
  // Handed over: it does not wait for them.
  expect([instance.state, instance.usage().handles, noted]).toEqual([state, 0, []]);
  expect(await destroyedIn(owner)).toBe(3);
  expect(noted).toEqual([1, 2, 3]);
  const other = await userOf(runtime, owner);
  await other.call("keep");
  expect([owner.state, other.state]).toEqual(["ready", "ready"]);
});

test("one that need not wait has run when the instance has ended, and the owner is free at once", async () => {
  const runtime = new Runtime();
  const noted: number[] = [];
  const owner = await ownerOf(runtime, (n) => noted.push(n));
  const instance = await userOf(runtime, owner);
  for (let count = 0; count < 2; count += 1) instance.func("keep")();
  expect(() => instance.func("fail")()).toThrow();
  expect(noted).toEqual([1, 2]);
  expect(owner.func("b#destroyed")()).toBe(2);
});

test("in turn, where the owner is busy with a call that waits", async () => {
  const runtime = new Runtime();
  const { promise, resolve } = Promise.withResolvers<void>();
  const noted: number[] = [];
  const owner = await ownerOf(runtime, (n) => {
    noted.push(n);
    return n === 0 ? promise : late();
  });
  const instance = await userOf(runtime, owner);
  for (let count = 0; count < 2; count += 1) await instance.call("keep");
  const busy = owner.call("b#wait");
  await instance.terminate();
  expect(noted).toEqual([0]);
  resolve();
  await busy;
  expect(await destroyedIn(owner)).toBe(2);
  expect([noted, owner.state]).toEqual([[0, 1, 2], "ready"]);
});

test("one that fails late ends its own instance, and those of other instances follow", async () => {
  const runtime = new Runtime();
  const failing = async (): Promise<void> => {
    await late();
    throw new Error("cannot be noted");
  };
  const [first, second] = [await ownerOf(runtime, failing), await ownerOf(runtime, late)];
  const users = [await userOf(runtime, first), await userOf(runtime, second)];
  for (const instance of users) for (let count = 0; count < 2; count += 1) await instance.call("keep");
  for (const instance of users) await instance.terminate();
  expect(await failureOf(destroyedIn(first))).toMatchObject({ code: "cannot-enter" });
  expect(await destroyedIn(second)).toBe(2);
  expect([first.state, second.state]).toEqual(["trapped", "ready"]);
});

test("terminate may be awaited by a host function that keeps the owner busy", async () => {
  const runtime = new Runtime();
  const users: InstanceHandle[] = [];
  const owner = await ownerOf(runtime, (n) => (n === 0 ? users[0]?.terminate() : late()));
  const instance = await userOf(runtime, owner);
  users.push(instance);
  await instance.call("keep");
  await owner.call("b#wait");
  expect(await destroyedIn(owner)).toBe(1);
  expect([owner.state, instance.state]).toEqual(["ready", "terminated"]);
});

test("where the engine cannot suspend, those that need not wait run all the same", async () => {
  const suspending = Object.getOwnPropertyDescriptor(WebAssembly, "Suspending") ?? {};
  Reflect.deleteProperty(WebAssembly, "Suspending");
  try {
    const runtime = new Runtime();
    const owner = await ownerOf(runtime, () => undefined);
    const instance = await userOf(runtime, owner);
    instance.func("keep")();
    await instance.terminate();
    const made = owner.func("b#make")() as Resource; // as its type says
    await made[Symbol.asyncDispose]();
    expect(owner.func("b#destroyed")()).toBe(2);
    const waiting = await ownerOf(runtime, () => late());
    const held = waiting.func("b#make")() as Resource; // as its type says
    const failure = thrownBy(() => held[Symbol.dispose]());
    expect(failure).toMatchObject({ code: "cannot-block", message: expect.not.stringContaining("await using") });
  } finally {
    Object.defineProperty(WebAssembly, "Suspending", suspending);
  }
});

test("a runtime that is closed waits for none", async () => {
  const runtime = new Runtime();
  const owner = await ownerOf(runtime, () => new Promise(() => undefined));
  const instance = await userOf(runtime, owner);
  await instance.call("keep");
  await runtime.close();
  expect([owner.state, instance.state]).toEqual(["terminated", "terminated"]);
});

test("the host disposes asynchronously of what has to wait", async () => {
  const runtime = new Runtime();
  const noted: number[] = [];
  const owner = await ownerOf(runtime, async (n) => {
    await late();
    noted.push(n);
  });
  {
    await using first = (await owner.call("b#make")) as Resource; // as its type says
    await using second = (await owner.call("b#make")) as Resource; // as its type says
    expect(first).not.toBe(second);
  }
  expect(noted).toEqual([2, 1]);
  const third = (await owner.call("b#make")) as Resource; // as its type says
  await Promise.all([third[Symbol.asyncDispose](), third[Symbol.asyncDispose]()]);
  third[Symbol.dispose]();
  expect(noted).toEqual([2, 1, 3]);
  expect([await destroyedIn(owner), owner.state]).toEqual([3, "ready"]);
});

test("it is told once when a destructor fails: the resource ended with its instance", async () => {
  const runtime = new Runtime();
  const owner = await ownerOf(runtime, async () => {
    await late();
    throw new Error("cannot be noted");
  });
  const made = (await owner.call("b#make")) as Resource; // as its type says
  expect(await failureOf(made[Symbol.asyncDispose]())).toMatchObject({ code: "trap" });
  expect(owner.state).toBe("trapped");
  await made[Symbol.asyncDispose]();
});

test("synchronously it is refused while the owner is busy; what turns out to wait is a trap of the owner", async () => {
  const runtime = new Runtime();
  const { promise, resolve } = Promise.withResolvers<void>();
  const owner = await ownerOf(runtime, () => promise);
  const wayOut = {
    code: "cannot-block",
    message: expect.stringContaining("; 'await using' (Symbol.asyncDispose) waits"),
  };
  const made = (await owner.call("b#make")) as Resource; // as its type says
  const busy = owner.call("b#wait");
  expect(() => made[Symbol.dispose]()).toThrow(expect.objectContaining(wayOut));
  resolve();
  await busy;
  expect(owner.state).toBe("ready");
  expect(() => made[Symbol.dispose]()).toThrow(expect.objectContaining(wayOut));
  expect(owner.state).toBe("trapped");
});
