/** Instances by name: only those of this runtime that live, and what becomes of the name when they end. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

const text = `(component
  (core module $m (func (export "fail") unreachable))
  (core instance $i (instantiate $m))
  (func (export "fail") (canon lift (core func $i "fail"))))`;

let bytes: Uint8Array;
beforeAll(async () => {
  bytes = (await assemble([text]))(text);
});

const instanceOf = async (runtime: Runtime): Promise<InstanceHandle> =>
  runtime.instance(await runtime.load(bytes)).instantiate();

const trapped = async (instance: InstanceHandle): Promise<void> => {
  expect(await instance.call("fail").catch((error: unknown) => error)).toMatchObject({ code: "trap" });
};

test("an instance of another runtime is not registered", async () => {
  const [one, other] = [new Runtime(), new Runtime()];
  const instance = await instanceOf(one);
  const register = (): void => other.registerInstance("svc", instance);
  expect(register).toThrow(TypeError);
  expect(register).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  expect(register).toThrow("'svc'");
  await instanceOf(other);
  expect(register).toThrow("another Runtime");
  expect(other.registered("svc")).toBeUndefined();
});

test.each(["terminated", "trapped"])("one that is %s is not registered", async (state) => {
  const runtime = new Runtime();
  const instance = await instanceOf(runtime);
  if (state === "terminated") await instance.terminate();
  else await trapped(instance);
  const register = (): void => runtime.registerInstance("svc", instance);
  expect(register).toThrow(expect.objectContaining({ name: "TypeError", code: "invalid-argument" }));
  expect(register).toThrow(`it is ${state}`);
  expect(runtime.registered("svc")).toBeUndefined();
});

const doubles: readonly (readonly [what: string, make: (instance: InstanceHandle) => InstanceHandle])[] = [
  ["a proxy", (instance) => new Proxy(instance, {})],
  ["an heir", (instance) => Object.create(instance)],
  ["an object of its class", (instance) => Object.create(Object.getPrototypeOf(instance))],
];

test.each([...doubles])("%s of an instance is neither registered nor linked", async (_, make) => {
  const runtime = new Runtime();
  const component = await runtime.load(bytes);
  const double = make(await runtime.instance(component).instantiate());
  const refused = { name: "TypeError", code: "invalid-argument" };
  expect(() => runtime.registerInstance("svc", double)).toThrow(expect.objectContaining(refused));
  expect(() => runtime.instance(component).linkLocal("fail", double)).toThrow(expect.objectContaining(refused));
  expect(runtime.registered("svc")).toBeUndefined();
});

test("a runtime that is closed registers nothing", async () => {
  const runtime = new Runtime();
  const instance = await instanceOf(runtime);
  await runtime.close();
  expect(() => runtime.registerInstance("svc", instance)).toThrow(expect.objectContaining({ code: "closed" }));
});

test.each<unknown>([5, undefined, Symbol("svc"), {}])("a name is a string, not %p", async (id) => {
  const runtime = new Runtime();
  const instance = await instanceOf(runtime);
  const register = (): void => runtime.registerInstance(id as string, instance); // whatever it is
  expect(register).toThrow(expect.objectContaining({ name: "TypeError", code: "invalid-argument" }));
});

test("terminate gives the name back, one that failed keeps it until somebody takes it away", async () => {
  const runtime = new Runtime();
  const [ended, failed, next] = [await instanceOf(runtime), await instanceOf(runtime), await instanceOf(runtime)];
  runtime.registerInstance("ended", ended);
  runtime.registerInstance("failed", failed);
  await ended.terminate();
  await trapped(failed);
  expect([runtime.registered("ended"), runtime.registered("failed")]).toEqual([undefined, failed]);
  runtime.registerInstance("ended", next);
  expect(() => runtime.registerInstance("failed", next)).toThrow("another instance is registered as 'failed'");
  expect(runtime.unregisterInstance("failed")).toBe(true);
  runtime.registerInstance("failed", next);
  expect(runtime.registered("failed")).toBe(next);
});
