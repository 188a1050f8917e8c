/** What a program gives of a wrong kind is refused at that place, by a TypeError that says what was wanted. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { InstanceBuilder } from "./instance-builder.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Linker } from "./linker.ts";
import { Runtime } from "./runtime.ts";

const text = `(component
  (core module $m (func (export "hold")))
  (core instance $i (instantiate $m))
  (func (export "hold") (canon lift (core func $i "hold"))))`;

const runtime = new Runtime();
let builder: InstanceBuilder;
let instance: InstanceHandle;
beforeAll(async () => {
  builder = runtime.instance(await runtime.load((await assemble([text]))(text)));
  instance = await builder.instantiate();
});

/** Of whatever type a program without types may give. */
const wrong = (value: unknown): never => value as never;

const bytes = new Uint8Array();
const nothing = (): void => undefined;

const cases: readonly (readonly [place: string, run: () => unknown, words: string])[] = [
  ["func of a number", () => new Linker().func(wrong(5), nothing), "a name must be a string, found 5"],
  ["func by a number", () => new Linker().func("f", wrong(5)), "'f' must be given a function, found 5"],
  ["func by nothing", () => new Linker().func("f", wrong(undefined)), "found undefined"],
  ["instance of a number", () => new Linker().instance(wrong(5), nothing), "a name must be a string"],
  ["instance by a number", () => new Linker().instance("x", wrong(5)), "'x' must be given a function, found 5"],
  ["instance with wrong types", () => new Linker().instance("x", nothing, wrong(5)), "InterfaceTypes, found 5"],
  ["resource of a number", () => new Linker().resource(wrong(5)), "a name must be a string"],
  ["resource by a number", () => new Linker().resource("x", wrong(5)), "'x' must be given a resource, found 5"],
  ["resource by null", () => new Linker().resource("x", wrong(null)), "found null"],
  ["resource of nobody", () => new Linker().resource("x", { kind: "host-resource" }), "a resource that no linker made"],
  ["resource with a drop", () => new Linker().resource("x", { drop: wrong(5) }), "'drop' of 'x' must be a function"],
  [
    "resource with a drop that is misspelt",
    () => new Linker().resource("x", wrong({ dorp: nothing })),
    "found one without",
  ],
  ["resource by an array", () => new Linker().resource("x", wrong([])), "an object with 'drop', found one without"],
  ["module of a number", () => new Linker().module(wrong(5), bytes), "a name must be a string"],
  ["module by a number", () => new Linker().module("m", wrong(5)), "'m' must be given bytes (a Uint8Array), found 5"],
  ["fallback", () => new Linker().fallback(wrong(5)), "a fallback must be a function, found 5"],
  ["linkHost", () => builder.linkHost(wrong(5)), "'linkHost' must be given a function, found 5"],
  ["linkSystem of nothing", () => builder.linkSystem(wrong(undefined)), "a system component, found undefined"],
  ["linkSystem without install", () => builder.linkSystem(wrong({ name: "x" })), "with a function 'install'"],
  ["linkLocal", () => builder.linkLocal(wrong(5), instance), "a name must be a string, found 5"],
  ["policy", () => builder.policy(wrong(5)), "a policy must be an object"],
  ["policy without a budget", () => builder.policy(wrong({ capabilities: {} })), "with capabilities and a budget"],
  ["policy with what is no budget", () => builder.policy(wrong({ capabilities: {}, budget: 5 })), "budget"],
  ["interruptBy", () => builder.interruptBy(wrong(5)), "'interruptBy' must be given a function, found 5"],
  ["runtime.instance", () => runtime.instance(wrong(5)), "a component that 'load' made is needed here, found 5"],
  ["runtime.instance of a double", () => runtime.instance(wrong({ size: 1 })), "found an object"],
  ["func of an instance", () => instance.func(wrong(5)), "a name must be a string, found 5"],
];

test.each([...cases])("%s", (_, run, words) => {
  expect(run).toThrow(expect.objectContaining({ name: "TypeError", code: "invalid-argument" }));
  expect(run).toThrow(words);
});

const calls: readonly (readonly [name: unknown, args: unknown, words: string])[] = [
  [5, [], "a name must be a string, found 5"],
  [undefined, undefined, "a name must be a string, found undefined"],
  ["hold", 5, "the arguments of a call must be an array, found 5"],
  ["hold", {}, "the arguments of a call must be an array, found an object"],
  ["hold", "abc", "the arguments of a call must be an array, found 'abc'"],
  ["hold", null, "found null"],
];

test.each([...calls])("call(%p, %p)", async (name, args, words) => {
  const failure = await instance.call(wrong(name), wrong(args)).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    name: "TypeError",
    code: "invalid-argument",
    message: expect.stringContaining(words),
  });
  expect(instance.state).toBe("ready");
});
