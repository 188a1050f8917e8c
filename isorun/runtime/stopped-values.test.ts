/** What a host gives may end the instance or its call while it is read: the guest does not see another instruction. */
import { afterEach, beforeAll, describe, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const names = ["list", "pair", "set", "nothing"] as const;
type Name = (typeof names)[number];

const results: Readonly<Record<Name, string>> = {
  list: "(result (list u32))",
  pair: "(result $pair')",
  set: "(result $set')",
  nothing: "",
};

/** Flat results that fit one value are returned, the others stored at 16. */
const cores: Readonly<Record<Name, string>> = {
  list: "(param i32)",
  pair: "(param i32)",
  set: "(result i32)",
  nothing: "",
};

const calls = (name: Name): string =>
  `(func (export "${name}") (result i32)
    ${cores[name] === "(param i32)" ? `(call $${name} (i32.const 16))` : `(call $${name})${cores[name] === "" ? "" : " drop"}`}
    (call $mark) (i32.const 1))`;

const text = `(component
  (import "types" (instance $types
    (type $p (record (field "a" u32) (field "b" u32))) (export "pair" (type $pair (eq $p)))
    (type $s (flags "a" "b")) (export "set" (type $set (eq $s)))))
  (alias export $types "pair" (type $pair'))
  (alias export $types "set" (type $set'))
  (import "mark" (func $mark))
  (import "thing" (type $thing (sub resource)))
  (import "make" (func $make (result (own $thing))))
  ${names.map((name) => `(import "${name}" (func $${name} ${results[name]}))`).join("\n")}
  (core module $memory (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096)))
  (core instance $memory (instantiate $memory))
  ${names
    .map(
      (name) => `(core func $${name} (canon lower (func $${name})
    (memory (core memory $memory "mem")) (realloc (core func $memory "realloc"))))`,
    )
    .join("\n")}
  (core func $mark (canon lower (func $mark)))
  (core func $make (canon lower (func $make)))
  (core func $drop (canon resource.drop $thing))
  (core module $m
    (import "" "mark" (func $mark))
    (import "" "make" (func $make (result i32)))
    (import "" "drop" (func $drop (param i32)))
    ${names.map((name) => `(import "" "${name}" (func $${name} ${cores[name]}))`).join("\n")}
    (func (export "take") (param i32 i32) (result i32) (call $mark) (i32.const 1))
    (func (export "drop") (result i32) (call $drop (call $make)) (call $mark) (i32.const 1))
    ${names.map(calls).join("\n")})
  (core instance $i (instantiate $m (with "" (instance
    (export "mark" (func $mark)) (export "make" (func $make)) (export "drop" (func $drop))
    ${names.map((name) => `(export "${name}" (func $${name}))`).join("\n")}))))
  (func (export "take") (param "x" (list u32)) (result u32) (canon lift (core func $i "take")
    (memory (core memory $memory "mem")) (realloc (core func $memory "realloc"))))
  (func (export "drop") (result u32) (canon lift (core func $i "drop")))
  ${names.map((name) => `(func (export "${name}") (result u32) (canon lift (core func $i "${name}")))`).join("\n")})`;

const runtime = new Runtime();
let component: Component;

beforeAll(async () => {
  component = await runtime.load((await assemble([text]))(text));
}, 120_000);

let marks = 0;
afterEach(() => {
  marks = 0;
});

/** Each runs `act` where it is read, and is right otherwise. */
const values: Readonly<Record<Name, (act: () => void) => unknown>> = {
  list: (act) => ({
    *[Symbol.iterator]() {
      yield 1;
      act();
    },
  }),
  pair: (act) => ({
    a: 1,
    get b() {
      act();
      return 2;
    },
  }),
  set: (act) =>
    new Proxy(
      { a: true },
      {
        ownKeys: (target) => {
          act();
          return Reflect.ownKeys(target);
        },
      },
    ),
  nothing: (act) =>
    new Proxy(
      {},
      {
        has: () => {
          act();
          return false;
        },
      },
    ),
};

interface Acting {
  readonly act: () => void;
  readonly isPromised: boolean;
}

async function instanceOf({ act, isPromised }: Acting): Promise<InstanceHandle> {
  const give = (name: Name) => () => {
    const value = values[name](act);
    return isPromised ? Promise.resolve([value]).then(([given]) => given) : value;
  };
  return runtime
    .instance(component)
    .linkHost((linker) => {
      linker.resource("thing", { drop: () => act() });
      linker.func("make", () => ({}));
      linker.func("mark", () => {
        marks += 1;
      });
      for (const name of names) linker.func(name, give(name));
    })
    .instantiate();
}

const codeOf = (failure: unknown): unknown => (failure as { readonly code?: unknown }).code; // of any error of ours

describe.each(names)("the result of '%s'", (name) => {
  test("ends its instance", async () => {
    const instance = await instanceOf({ act: () => void instance.terminate("enough"), isPromised: false });
    const failure = await instance.call(name).catch((error: unknown) => error);
    expect([codeOf(failure), instance.state, marks]).toEqual(["terminated", "terminated", 0]);
    const other = await instanceOf({ act: () => void other.terminate("enough"), isPromised: false });
    expect(() => other.func(name)()).toThrow("enough");
    expect([other.state, marks]).toEqual(["terminated", 0]);
  });

  test("aborts its call", async () => {
    const controller = new AbortController();
    const instance = await instanceOf({ act: () => controller.abort(), isPromised: false });
    const { signal } = controller;
    const failure = await instance.call(name, [], { signal }).catch((error: unknown) => error);
    expect([codeOf(failure), instance.state, marks]).toEqual(["cancelled", "trapped", 0]);
  });

  test("fails after that: why it was stopped is told", async () => {
    const act = (): void => {
      void instance.terminate("enough");
      throw new Error("and it failed");
    };
    const instance = await instanceOf({ act, isPromised: false });
    const failure = await instance.call(name).catch((error: unknown) => error);
    expect([codeOf(failure), instance.state, marks]).toEqual(["terminated", "terminated", 0]);
  });
});

test.each(["list", "pair", "set"] as const)("the result of '%s' that was waited for", async (name) => {
  const instance = await instanceOf({ act: () => void instance.terminate("enough"), isPromised: true });
  const failure = await instance.call(name).catch((error: unknown) => error);
  expect([codeOf(failure), instance.state, marks]).toEqual(["terminated", "terminated", 0]);
});

test("what is not stopped goes on", async () => {
  const instance = await instanceOf({ act: () => undefined, isPromised: false });
  for (const name of names) expect(instance.func(name)()).toBe(1);
  expect(marks).toBe(names.length);
});

test("the end of a host's resource ends the instance", async () => {
  const instance = await instanceOf({ act: () => void instance.terminate("enough"), isPromised: false });
  const failure = await instance.call("drop").catch((error: unknown) => error);
  expect([codeOf(failure), instance.state, marks]).toEqual(["terminated", "terminated", 0]);
});

test("an argument that aborts the call keeps it from the guest, which goes on", async () => {
  const controller = new AbortController();
  const instance = await instanceOf({ act: () => undefined, isPromised: false });
  const { signal } = controller;
  const given = values.list(() => controller.abort());
  const failure = await instance.call("take", [given], { signal }).catch((error: unknown) => error);
  expect([codeOf(failure), instance.state, marks]).toEqual(["cancelled", "ready", 0]);
  expect(await instance.call("take", [[1, 2]])).toBe(1);
});

/** What stops the call that reads it. */
const stopping: Readonly<Record<string, (abort: () => void) => Iterable<unknown>>> = {
  "that never end": function* (abort) {
    for (let count = 1; ; count += 1) {
      if (count === 5) abort();
      if (count === 1000) expect.unreachable("the call that reads it has been stopped");
      yield count;
    }
  },
  "of which one is wrong": function* (abort) {
    abort();
    yield "no number";
  },
};

test.each(Object.entries(stopping))(
  "items %s stop their call: that is told, and few more are read",
  async (_, give) => {
    const instance = await instanceOf({ act: () => undefined, isPromised: false });
    const controller = new AbortController();
    const { signal } = controller;
    const given = give(() => controller.abort());
    const failure = await instance.call("take", [given], { signal }).catch((error: unknown) => error);
    expect([codeOf(failure), instance.state, marks]).toEqual(["cancelled", "ready", 0]);
  },
);
