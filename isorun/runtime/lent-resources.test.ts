/** What is lent for a call: nothing of it is left behind, however the call ends, and a loan cannot be given away. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import type { HostResource } from "./linker.ts";
import { Runtime } from "./runtime.ts";

/** `look`, `fail` and `keep` are lent things of the host, `take` is given one, and `round` has one made. */
const text = `(component
  (import "host" (instance $host
    (export "thing" (type $thing (sub resource)))
    (export "make" (func (result (own $thing))))))
  (alias export $host "thing" (type $thing))
  (core func $make (canon lower (func $host "make")))
  (core func $drop (canon resource.drop $thing))
  (core module $m
    (import "" "drop" (func $drop (param i32)))
    (import "" "make" (func $make (result i32)))
    (func (export "look") (param i32 i32) (call $drop (local.get 0)))
    (func (export "fail") (param i32) unreachable)
    (func (export "keep") (param i32))
    (func (export "take") (param i32 i32) (call $drop (local.get 0)))
    (func (export "round") (call $drop (call $make))))
  (core instance $i (instantiate $m (with "" (instance (export "drop" (func $drop)) (export "make" (func $make))))))
  (func (export "look") (param "t" (borrow $thing)) (param "n" u8) (canon lift (core func $i "look")))
  (func (export "fail") (param "t" (borrow $thing)) (canon lift (core func $i "fail")))
  (func (export "keep") (param "t" (borrow $thing)) (canon lift (core func $i "keep")))
  (func (export "take") (param "t" (own $thing)) (param "n" u8) (canon lift (core func $i "take")))
  (func (export "round") (canon lift (core func $i "round"))))`;

let bytes: Uint8Array;
beforeAll(async () => {
  bytes = (await assemble([text]))(text);
});

async function makeInstance(dropped: unknown[] = []): Promise<InstanceHandle> {
  const runtime = new Runtime();
  return runtime
    .instance(await runtime.load(bytes))
    .linkHost((linker) =>
      linker.instance("host", (host) => {
        host.resource("thing", { drop: (value) => void dropped.push(value) });
        host.func("make", () => ({ made: true }));
      }),
    )
    .instantiate();
}

/** How many of a thousand objects are still there after each was used for a call. */
async function keptOf(use: (thing: object) => void): Promise<number> {
  const refs: WeakRef<object>[] = [];
  for (let index = 0; index < 1000; index += 1) {
    const thing = { index };
    refs.push(new WeakRef(thing));
    use(thing);
  }
  // What a WeakRef was made of lives until the end of the job.
  await new Promise((resolve) => setImmediate(resolve));
  Bun.gc(true);
  return refs.filter((ref) => ref.deref() !== undefined).length;
}

const ignoring = (run: () => unknown) => {
  try {
    run();
  } catch {
    // How it ends is the matter of other tests.
  }
};

test("of what was lent or given nothing is kept", async () => {
  const instance = await makeInstance([]);
  const [look, round] = [instance.func("look"), instance.func("round")];
  for (let index = 0; index < 100_000; index += 1) look({}, 1);
  expect(await keptOf((thing) => look(thing, 1))).toBeLessThan(50);
  expect(await keptOf((thing) => ignoring(() => look(thing, 256)))).toBeLessThan(50);
  expect(await keptOf((thing) => ignoring(() => instance.func("take")(thing, 256)))).toBeLessThan(50);
  for (let index = 0; index < 1000; index += 1) round();
  expect(instance.usage().handles).toBe(0);
  expect(instance.state).toBe("ready");
});

test("a call that was refused leaves no handle in the guest, and drops nothing of the host's", async () => {
  const dropped: unknown[] = [];
  const instance = await makeInstance(dropped);
  for (const name of ["look", "take"]) {
    expect(() => instance.func(name)("a thing", 256)).toThrow(TypeError);
    expect(await instance.call(name, ["a thing", 256]).catch((error: unknown) => error)).toBeInstanceOf(TypeError);
  }
  expect(instance.usage().handles).toBe(0);
  expect(dropped).toEqual([]);
  instance.func("take")("a thing", 1);
  expect(dropped).toEqual(["a thing"]);
});

test.each(["fail", "keep"])("a call that traps in '%s' does not keep the loan", async (name) => {
  const runtime = new Runtime();
  let resource: HostResource | undefined;
  const builder = runtime.instance(await runtime.load(bytes)).linkHost((linker) =>
    linker.instance("host", (host) => {
      resource = host.resource("thing", resource);
      host.func("make", () => ({}));
    }),
  );
  const instances: InstanceHandle[] = [];
  for (let index = 0; index < 1000; index += 1) instances.push(await builder.instantiate());
  const funcs = instances.map((instance) => instance.func(name));
  expect(await keptOf((thing) => ignoring(() => funcs.pop()?.(thing)))).toBeLessThan(50);
  expect(instances.every(({ state }) => state === "trapped")).toBe(true);
});
