/** Types as deep as validation lets them be, wherever types go: loading, texts, calls, adapters and declarations. */
import { expect, test } from "bun:test";
import { formatDeclarations } from "../../isorun/commands/declarations.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import type { ValueType } from "../../isorun/types/component-types.ts";
import { makeValueType, primitiveType } from "../../isorun/types/value-type.ts";
import { formatWave } from "../../isorun/wave/format.ts";
import { parseWave } from "../../isorun/wave/parse.ts";
import { assemble } from "./assemble.ts";
import { echoText } from "./echo-text.ts";

/** In a function of a component, with a string inside (validation/limits.wast). */
const depth = 97;

interface Wrap {
  /** Around the type with this index. */
  readonly text: (inner: number) => string;
  readonly make: (inner: ValueType) => ValueType;
  readonly value: (inner: unknown) => unknown;
  /** What core functions take: a list by its parts, what is flat and too long by its place. */
  readonly params: readonly string[];
}

const some = (inner: unknown): unknown => (inner === undefined ? "ä" : { tag: "some", val: inner });

const wraps: Readonly<Record<string, Wrap>> = {
  list: {
    text: (inner) => `(list ${inner})`,
    make: (element) => makeValueType({ kind: "list", element }),
    value: (inner) => [inner],
    params: ["i32", "i32"],
  },
  option: {
    text: (inner) => `(option ${inner})`,
    make: (type) => makeValueType({ kind: "option", type }),
    value: some,
    params: ["i32"],
  },
  result: {
    text: (inner) => `(result ${inner} (error string))`,
    make: (ok) => makeValueType({ kind: "result", ok, error: primitiveType("string") }),
    value: (inner) => ({ tag: "ok", val: inner }),
    params: ["i32"],
  },
  tuple: {
    text: (inner) => `(tuple string ${inner})`,
    make: (inner) => makeValueType({ kind: "tuple", types: [primitiveType("string"), inner] }),
    value: (inner) => ["é", inner],
    params: ["i32"],
  },
};

const nest = <T>(first: T, wrap: (inner: T) => T): T =>
  Array.from({ length: depth }).reduce<T>((inner) => wrap(inner), first);

/** The innermost option has no tag: what it holds is none. */
const valueOf = ({ value }: Wrap): unknown => nest<unknown>(value === some ? undefined : "ä", value);

function textOf({ text, params }: Wrap): string {
  const types = Array.from({ length: depth }, (_, level) => `(type ${text(level)})`).join(" ");
  const echo =
    params.length === 1
      ? "(local.get 0)"
      : "(i32.store (i32.const 64) (local.get 0)) (i32.store (i32.const 68) (local.get 1)) (i32.const 64)";
  return echoText({ types: `(type string) ${types}`, type: depth, params, echo });
}

const texts = new Map(Object.entries(wraps).map(([name, wrap]) => [name, textOf(wrap)]));
const read = await assemble([...texts.values()]);

test.each(Object.entries(wraps))("%s, as deep as it goes", async (name, wrap) => {
  const component = await new Runtime().load(read(texts.get(name) ?? ""));
  const instance = await new Runtime().instance(component).instantiate();
  const value = valueOf(wrap);
  // A call gives the `ok` side of a result.
  const answer = name === "result" ? (value as { readonly val: unknown }).val : value;
  expect(await instance.call("run", [value])).toEqual(answer);
  expect(instance.func("run")(value)).toEqual(answer);
  expect(component.toWit().split(`${name}<`).length).toBe(2 * depth + 1);
  expect(formatDeclarations(component)).toMatch(/\brun"?\??: ?\(x: /);
});

test.each(Object.entries(wraps))("texts of values: %s", (_, wrap) => {
  const type = nest(primitiveType("string"), wrap.make);
  const value = valueOf(wrap);
  expect(parseWave(formatWave(value, type), type)).toEqual(value);
});
