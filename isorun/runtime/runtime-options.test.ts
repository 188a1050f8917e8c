/** What a program may give to a Runtime and to `load`: what is misspelt, or no place of a store, is refused there. */
import { expect, test } from "bun:test";
import { failureOf, thrownBy } from "../errors/testing/failure-of.ts";
import { type LoadOptions } from "./component.ts";
import { Runtime, type RuntimeOptions } from "./runtime.ts";

test.each<[unknown, string]>([
  [{ stor: "/store" }, "Runtime has no option 'stor': did you mean 'store'?"],
  [{ cache: "/store" }, "Runtime has no option 'cache': it has store"],
  [{ store: 5 }, "the store of Runtime must be an absolute path, or false, found 5"],
  [{ store: true }, "the store of Runtime must be an absolute path, or false, found true"],
  [{ store: null }, "the store of Runtime must be an absolute path, or false, found null"],
  [{ store: "" }, "the store of Runtime must be an absolute path, or false, found ''"],
  [{ store: "cache/isorun" }, "the store of Runtime must be an absolute path, or false, found 'cache/isorun'"],
  ["/store", "the options of Runtime must be an object, found '/store'"],
  [null, "the options of Runtime must be an object, found null"],
  [["/store"], "the options of Runtime must be an object, found an array"],
])("new Runtime(%j)", (options, message) => {
  const failure = thrownBy(() => new Runtime(options as RuntimeOptions)); // whatever JavaScript may hold
  expect(failure).toBeInstanceOf(TypeError);
  expect(failure).toMatchObject({ code: "invalid-argument", message });
});

test("what says nothing is no store", () => {
  const unsaid: object = { store: undefined };
  for (const options of [{}, { store: false as const }, unsaid]) expect(new Runtime(options)).toBeInstanceOf(Runtime);
});

test.each<[unknown, string]>([
  [{ interruptBy: 5 }, "'interruptBy' must be given a function, found 5"],
  [{ budgt: { fuel: 1n } }, "'load' has no option 'budgt': did you mean 'budget'?"],
  [{ budget: { memory: 1 } }, "a budget has no field 'memory'"],
  [{ budget: null }, "a budget must be an object, not null"],
  [{ isInterruptible: "false" }, "'isInterruptible' must be true or false, found 'false'"],
  [5, "the options of 'load' must be an object, found 5"],
])("load(bytes, %p)", async (options, message) => {
  const failure = await failureOf(new Runtime().load(new Uint8Array(), options as LoadOptions)); // as above
  expect(failure).toMatchObject({ code: "invalid-argument" });
  expect((failure as Error).message).toStartWith(message);
});
