/** An export that is called `then`: whoever awaits what shows it, or returns that from an async function, must not call it. */
import { beforeAll, describe, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { failureOf, thrownBy } from "../errors/testing/failure-of.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const text = `(component
  (core module $m (func (export "then") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
  (core instance $i (instantiate $m))
  (func $then (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $i "then")))
  (instance $inner (export "then" (func $then)) (export "add" (func $then)))
  (export "then" (func $then))
  (export "add" (func $then))
  (export "test:then/inner" (instance $inner)))`;

let component: Component;
let instance: InstanceHandle;
const owner = new Runtime();
beforeAll(async () => {
  component = await owner.load((await assemble([text]))(text));
  instance = await owner.instance(component).instantiate();
});

/** What is returned from an async function is looked at for a `then`. */
const answered = async <T>(value: T): Promise<T> => value;

type Shown = Readonly<Record<string, (a: number, b: number) => Promise<number>>>;

test("exports, and objects of interfaces, can be awaited", async () => {
  const exports = await answered(instance.exports);
  expect(exports).toBe(instance.exports);
  expect(Object.keys(exports)).toEqual(["add", "test:then/inner"]);
  const inner = (await answered(exports["test:then/inner"])) as Shown;
  expect(inner).toBe(exports["test:then/inner"] as Shown);
  expect(Object.keys(inner)).toEqual(["add"]);
  expect(await inner["add"]?.(1, 2)).toBe(3);
  expect(instance.usage().calls).toBe(1);
});

test("it is called by its name", async () => {
  expect(await instance.call("then", [1, 2])).toBe(3);
  expect(await instance.call("test:then/inner#then", [1, 2])).toBe(3);
  expect(instance.func("then")(1, 2)).toBe(3);
  expect(instance.func("test:then/inner#then")(1, 2)).toBe(3);
});

test("it can be linked, and is named where another one is looked for", () => {
  const own = owner.instance(component);
  expect(own.linkLocal("then", instance)).toBe(own);
  expect(thrownBy(() => own.linkLocal("than", instance))).toMatchObject({
    problems: [{ message: expect.stringContaining("its exports are 'then', 'add', 'test:then/inner'") }],
  });
});

const returning = `(component
  (core module $destroying
    (global $count (mut i32) (i32.const 0))
    (func (export "destroy") (param i32) (global.set $count (i32.add (global.get $count) (local.get 0))))
    (func (export "destroyed") (result i32) (global.get $count)))
  (core instance $destroy (instantiate $destroying))
  (import "host" (instance $host
    (export "thing" (type $thing (sub resource)))
    (export "make" (func (result (own $thing))))))
  (alias export $host "thing" (type $thing))
  (type $pair' (record (field "and" u32) (field "then" (own $thing))))
  (type $own' (resource (rep i32) (dtor (core func $destroy "destroy"))))
  (export $own "own" (type $own'))
  (core func $own-new (canon resource.new $own'))
  (type $many' (record (field "then" (own $thing)) (field "more" (list (option (own $thing)))) (field "own" (own $own))))
  (export $many "many" (type $many'))
  (export $pair "pair" (type $pair'))
  (core func $make (canon lower (func $host "make")))
  (core module $m
    (import "" "make" (func $make (result i32)))
    (import "" "own" (func $own (param i32) (result i32)))
    (memory (export "mem") 1)
    (func (export "many") (result i32)
      (i32.store (i32.const 64) (call $make)) (i32.store (i32.const 68) (i32.const 80))
      (i32.store (i32.const 72) (i32.const 2)) (i32.store (i32.const 76) (call $own (i32.const 5)))
      (i32.store8 (i32.const 88) (i32.const 1)) (i32.store (i32.const 92) (call $make)) (i32.const 64))
    (func (export "one") (result i32) (call $make))
    (func (export "pair") (result i32)
      (i32.store (i32.const 0) (i32.const 7)) (i32.store (i32.const 4) (call $make)) (i32.const 0))
    (func (export "tagged") (result i32)
      (i32.store8 (i32.const 16) (i32.const 1)) (i32.store (i32.const 20) (call $make)) (i32.const 16))
    (func (export "ok") (result i32)
      (i32.store8 (i32.const 32) (i32.const 0)) (i32.store (i32.const 36) (call $make)) (i32.const 32))
    (func (export "err") (result i32)
      (i32.store8 (i32.const 32) (i32.const 1)) (i32.store (i32.const 36) (call $make)) (i32.const 32)))
  (core instance $i (instantiate $m (with "" (instance (export "make" (func $make)) (export "own" (func $own-new))))))
  (func (export "destroyed") (result u32) (canon lift (core func $destroy "destroyed")))
  (func (export "many-of") (result $many) (canon lift (core func $i "many") (memory (core memory $i "mem"))))
  (func (export "one") (result (own $thing)) (canon lift (core func $i "one")))
  (func (export "pair-of") (result $pair) (canon lift (core func $i "pair") (memory (core memory $i "mem"))))
  (func (export "some") (result (option (own $thing))) (canon lift (core func $i "tagged") (memory (core memory $i "mem"))))
  (func (export "ok") (result (result (own $thing) (error (own $thing))))
    (canon lift (core func $i "ok") (memory (core memory $i "mem"))))
  (func (export "err") (result (result (own $thing) (error (own $thing))))
    (canon lift (core func $i "err") (memory (core memory $i "mem")))))`;

/** Values of the resource are made by it. */
async function instanceReturning(make: () => unknown, drop?: (value: unknown) => void): Promise<InstanceHandle> {
  const runtime = new Runtime();
  return runtime
    .instance(await runtime.load((await assemble([returning]))(returning)))
    .linkHost((linker) =>
      linker.instance("host", (host) => {
        host.resource("thing", drop === undefined ? {} : { drop });
        host.func("make", make);
      }),
    )
    .instantiate();
}

describe("a resource of the host that is, or has, a function 'then'", () => {
  let calls = 0;
  const then = (): void => void (calls += 1);
  const thenable = Object.fromEntries(new Map([["then", then]]));

  test.each(["pair-of"])("is not called where %s answers with it as a field", async (name) => {
    const live = await instanceReturning(() => then);
    expect(await failureOf(live.call(name))).toMatchObject({
      code: "unsupported",
      message: `answering '${name}' with an object that has a function 'then' (a promise would call it, so that what it owns was dropped: 'func' returns such a value) is not supported`,
    });
    expect(Object.entries(live.func(name)() as object)).toEqual(Object.entries({ and: 7, ...thenable }));
    expect([calls, live.state]).toEqual([0, "ready"]);
  });

  test.each(["one", "some", "ok"])("is not called where %s answers with it", async (name) => {
    // A host that gives such a one cannot answer with it itself: it would be waited for.
    const thing: Record<string, unknown> = {};
    const live = await instanceReturning(() => thing);
    expect(await live.call(name)).toBe(thing);
    const answer = live.call(name);
    Object.assign(thing, thenable);
    expect(await failureOf(answer)).toMatchObject({ code: "unsupported" });
    expect([calls, live.state]).toEqual([0, "ready"]);
  });

  test.each([true, false])(
    "is dropped with all that the answer owns, where stacks can be suspended: %p",
    async (can) => {
      const suspending = Object.getOwnPropertyDescriptor(WebAssembly, "Suspending") ?? {};
      if (!can) Reflect.deleteProperty(WebAssembly, "Suspending");
      try {
        const dropped: unknown[] = [];
        const made = [then, "other"];
        const live = await instanceReturning(
          () => made.shift(),
          (value) => dropped.push(value),
        );
        expect(await failureOf(live.call("many-of"))).toMatchObject({ code: "unsupported" });
        expect(dropped).toEqual([then, "other"]);
        expect(await live.call("destroyed")).toBe(5);
        expect([calls, live.state]).toEqual([0, "ready"]);
        await live.terminate();
        expect(dropped).toHaveLength(2);
      } finally {
        Object.defineProperty(WebAssembly, "Suspending", suspending);
      }
    },
  );

  test("is dropped with all that the answer owns, where the first one that is ends the instance", async () => {
    const dropped: unknown[] = [];
    const made = [then, "other"];
    const live: InstanceHandle = await instanceReturning(
      () => made.shift(),
      (value) => {
        dropped.push(value);
        void live.terminate();
      },
    );
    expect(await failureOf(live.call("many-of"))).toMatchObject({ code: "unsupported" });
    expect([dropped, live.state]).toEqual([[then, "other"], "terminated"]);
  });

  test("is what the caller learns of, whatever 'drop' throws", async () => {
    const live = await instanceReturning(
      () => then,
      () => {
        throw new Error("cannot be dropped");
      },
    );
    expect(await failureOf(live.call("pair-of"))).toMatchObject({ code: "unsupported" });
    expect(live.state).toBe("ready");
  });

  test("is thrown as the payload of an error", async () => {
    const live = await instanceReturning(() => then);
    expect(await failureOf(live.call("err"))).toMatchObject({ code: "component", payload: then });
    expect(await live.call("one")).toBe(then);
  });
});
