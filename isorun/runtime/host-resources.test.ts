/** Host resources that an instance still owns are dropped at its end, however it comes; what others own stays. */
import { describe, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { ExitError } from "../errors/errors.ts";
import { thrownBy } from "../errors/testing/failure-of.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const holder = (start: string): string => `(component
  (import "host" (instance $host
    (export "thing" (type $thing (sub resource)))
    (export "make" (func (result (own $thing))))
    (export "end" (func))))
  (alias export $host "thing" (type $thing))
  (component $inner
    (import "thing" (type $thing (sub resource)))
    (import "make" (func $make (result (own $thing))))
    (core func $make' (canon lower (func $make)))
    (core module $m (import "" "make" (func $make (result i32))) (func (export "keep") (drop (call $make))))
    (core instance $i (instantiate $m (with "" (instance (export "make" (func $make'))))))
    (func (export "keep") (canon lift (core func $i "keep"))))
  (instance $inner (instantiate $inner
    (with "thing" (type $thing)) (with "make" (func $host "make"))))
  (core func $make (canon lower (func $host "make")))
  (core func $drop (canon resource.drop $thing))
  (core func $end (canon lower (func $host "end")))
  (core module $m
    (import "" "make" (func $make (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "end" (func $end))
    ${start}
    (func (export "keep") (drop (call $make)))
    (func (export "drop-one") (call $drop (call $make)))
    (func (export "give") (result i32) (call $make))
    (func (export "trap") unreachable)
    (func (export "exit") (call $end)))
  (core instance $i (instantiate $m (with "" (instance
    (export "make" (func $make)) (export "drop" (func $drop)) (export "end" (func $end))))))
  (func (export "keep") (canon lift (core func $i "keep")))
  (alias export $inner "keep" (func $keep-inside)) (export "keep-inside" (func $keep-inside))
  (func (export "drop-one") (canon lift (core func $i "drop-one")))
  (func (export "give") (result (own $thing)) (canon lift (core func $i "give")))
  (func (export "trap") (canon lift (core func $i "trap")))
  (func (export "exit") (canon lift (core func $i "exit"))))`;

const texts = [holder(""), holder("(func $start (drop (call $make)) unreachable) (start $start)")] as const;

/** Things are numbered as they are made. */
async function instanceOf(text: string, drop: (value: unknown) => unknown): Promise<InstanceHandle> {
  const runtime = new Runtime();
  let next = 0;
  return runtime
    .instance(await runtime.load((await assemble(texts))(text)))
    .linkHost((linker) =>
      linker.instance("host", (host) => {
        host.resource("thing", { drop });
        host.func("make", () => {
          next += 1;
          return next;
        });
        host.func("end", () => {
          throw new ExitError(0);
        });
      }),
    )
    .instantiate();
}

for (const end of ["terminate", "trap", "exit"] as const) {
  test(`at the end by ${end}`, async () => {
    const dropped: unknown[] = [];
    const instance = await instanceOf(texts[0], (value) => dropped.push(value));
    for (const name of ["keep", "drop-one", "keep-inside", "keep"]) await instance.call(name);
    expect(await instance.call("give")).toBe(5);
    expect(dropped).toEqual([2]);
    if (end === "terminate") await instance.terminate();
    else await instance.call(end).catch(() => undefined);
    expect(dropped.toSorted((a, b) => Number(a) - Number(b))).toEqual([1, 2, 3, 4]);
    await instance.terminate();
    expect(dropped).toHaveLength(4);
  });
}

test("where a start function traps", async () => {
  const dropped: unknown[] = [];
  const drop = (value: unknown): never => {
    dropped.push(value);
    throw new Error(`thing ${String(value)} cannot be dropped`);
  };
  expect(await instanceOf(texts[1], drop).catch((error: unknown) => error)).toMatchObject({ code: "trap" });
  expect(dropped).toEqual([1]);
});

test("one that cannot be dropped keeps no other one, also of the instances inside; the last failure is told", async () => {
  const dropped: unknown[] = [];
  const instance = await instanceOf(texts[0], (value) => {
    dropped.push(value);
    if (value !== 2) throw new Error(`thing ${String(value)} cannot be dropped`);
  });
  // Two of the outer instance, two of the one inside.
  for (const name of ["keep", "keep", "keep-inside", "keep-inside"]) await instance.call(name);
  const failure = await instance.terminate().catch((error: unknown) => error);
  expect(dropped).toEqual([1, 2, 3, 4]);
  expect(String(failure)).toContain("thing 4 cannot be dropped");
  expect([instance.state, instance.usage().handles]).toEqual(["terminated", 0]);
});

test("a 'drop' that calls into the instance is told that its own call comes back", async () => {
  const ends: unknown[] = [];
  const instances: InstanceHandle[] = [];
  const instance = await instanceOf(texts[0], () => {
    const [handle] = instances;
    ends.push(thrownBy(() => handle?.func("keep")()));
  });
  instances.push(instance);
  await instance.call("drop-one");
  instance.func("drop-one")();
  const name = /^cannot enter component instance: its own call comes back: call-\d+ → (\S+) → \1$/;
  expect(ends).toHaveLength(2);
  for (const end of ends) {
    expect(end).toMatchObject({ code: "cannot-enter", message: expect.stringMatching(name) });
  }
  expect(instance.state).toBe("ready");
});

describe("a 'drop' that answers with a promise", () => {
  const late = (): Promise<never> => Promise.reject(new Error("disk full"));
  const words = "'drop' of 'thing' answered with a promise";

  test("traps where a guest drops, and its failure is nobody's", async () => {
    const instance = await instanceOf(texts[0], late);
    const trap = await instance.call("drop-one").catch((error: unknown) => error);
    expect(trap).toMatchObject({ code: "trap", message: expect.stringContaining(words) as string });
    expect(instance.state).toBe("trapped");
  });

  test("is told by 'terminate'", async () => {
    const instance = await instanceOf(texts[0], late);
    for (const name of ["keep", "keep"]) await instance.call(name);
    const failure = await instance.terminate().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "invalid-argument", message: expect.stringContaining(words) as string });
    expect([instance.state, instance.usage().handles]).toEqual(["terminated", 0]);
  });

  test("is refused before, where it says so of itself", async () => {
    const failure = await instanceOf(texts[0], async () => Promise.resolve()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "invalid-argument" });
    expect(String(failure)).toContain("'drop' of 'thing' must not be an async function");
  });
});

test.each<[string, unknown]>([
  ["a number", 5],
  ["a symbol", Symbol("end")],
  ["null", null],
  [
    "what cannot be made a text",
    {
      toString(): never {
        throw new Error("no text");
      },
    },
  ],
])("a reason to terminate that is %s ends nothing", async (_, reason) => {
  const instance = await instanceOf(texts[0], () => undefined);
  const failure = await instance.terminate(reason as string).catch((error: unknown) => error); // it is none
  expect(failure).toBeInstanceOf(TypeError);
  expect(failure).toMatchObject({ code: "invalid-argument" });
  expect(instance.state).toBe("ready");
});
