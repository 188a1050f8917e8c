/** Types that name one type again and again: what is generated for them, and values that pass through all of it. */
import { expect, test } from "bun:test";
import { entryOf, exitOf } from "../../isorun/call/signature.ts";
import { formatDeclarations } from "../../isorun/commands/declarations.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import type { FuncType, ValueType } from "../../isorun/types/component-types.ts";
import { weightOf } from "../../isorun/types/type-sharing.ts";
import { formatWorld } from "../../isorun/types/wit-document.ts";
import { fixedList, func, list, option, primitive, result, string, tuple } from "../../isorun/wave/testing/types.ts";
import { assemble } from "./assemble.ts";
import { type Echo, echoText } from "./echo-text.ts";

interface Asked extends Pick<Echo, "params" | "echo"> {
  /** Definitions of types; the last one is that of the value. */
  readonly types: readonly string[];
}

function textOf({ types, params, echo }: Asked): string {
  const own = types.map((type, index) => `(type $t${index} ${type})`).join(" ");
  return echoText({ types: own, type: `$t${types.length - 1}`, params, echo });
}

const inMemory = { params: ["i32"], echo: "(local.get 0)" } as const;
const levels = 9;
const nested = (first: readonly string[], next: (inner: string, level: number) => string): string[] =>
  Array.from({ length: levels }).reduce<string[]>(
    (all, _, level) => [...all, next(`$t${all.length - 1}`, level)],
    [...first],
  );

/** A value of nested parts: what stands at each leaf tells where that is. */
function valueOf(
  depth: number,
  leaf: (path: string) => unknown,
  join: (inner: (path: string) => unknown, path: string) => unknown,
) {
  const at = (left: number, path: string): unknown =>
    left === 0 ? leaf(path) : join((step) => at(left - 1, `${path}${step}`), path);
  return at(depth, "");
}

const store = (at: number, value: string): string => `(i32.store (i32.const ${64 + at * 4}) (local.get ${value}))`;
const flatParams = Array.from({ length: levels + 2 }, () => "i32");

const asked = {
  tuples: {
    text: { ...inMemory, types: nested(["string"], (inner) => `(tuple ${inner} ${inner})`) },
    value: valueOf(
      levels,
      (path) => path,
      (inner) => [inner("0"), inner("1")],
    ),
  },
  "options in options": {
    text: {
      ...inMemory,
      types: nested(
        ["(tuple string (option (option u8)) f32)"],
        (inner) => `(tuple ${inner} (option (option ${inner})))`,
      ),
    },
    value: valueOf(
      levels,
      (path) => [path, path.length % 2 === 0 ? { tag: "some", val: 1 } : { tag: "none" }, 0.5],
      (inner, path) => [inner("0"), path.length % 3 === 0 ? { tag: "some", val: inner("1") } : undefined],
    ),
  },
  "lists and variants": {
    text: {
      ...inMemory,
      types: nested(["(tuple string char)"], (inner, level) =>
        level % 2 === 0
          ? `(tuple ${inner} (list ${inner}) bool)`
          : `(tuple (result ${inner} (error ${inner})) ${inner})`,
      ),
    },
    value: valueOf(
      levels,
      (path) => [path, "ä"],
      (inner, path) =>
        (levels - path.length) % 2 === 1
          ? [inner("0"), [inner("1")], true]
          : [{ tag: path.length % 3 === 0 ? "ok" : "err", val: inner("0") }, inner("1")],
    ),
  },
  "flat results": {
    text: {
      types: nested(["string"], (inner) => `(tuple (result ${inner} (error ${inner})))`),
      params: flatParams,
      // Tags of a byte each stand four bytes apart, as what they are in front of is aligned.
      echo: `${flatParams.map((_, index) => store(index, `${index}`)).join(" ")} (i32.const 64)`,
    },
    value: valueOf(
      levels,
      (path) => `${path}é`,
      (inner) => [{ tag: "err", val: inner("1") }],
    ),
  },
} as const;

const read = await assemble(Object.values(asked).map(({ text }) => textOf(text)));

test.each(Object.entries(asked))("values pass both ways, and through an adapter: %s", async (_, { text, value }) => {
  const component = await new Runtime().load(read(textOf(text)));
  const instance = await new Runtime().instance(component).instantiate();
  expect(instance.func("run")(value)).toEqual(value);
  expect(await instance.call("run", [value])).toEqual(value);
});

test("what does not fit is named with the whole of its place", async () => {
  const instance = await new Runtime()
    .instance(await new Runtime().load(read(textOf(asked.tuples.text))))
    .instantiate();
  const wrong = structuredClone(asked.tuples.value);
  let inner: unknown = wrong;
  for (let level = 1; level < levels; level += 1) inner = Reflect.get(Object(inner), `${level % 2}`);
  Reflect.set(Object(inner), "1", 5);
  const path = Array.from({ length: levels - 1 }, (_, level) => `[${(level + 1) % 2}]`).join("");
  expect(() => instance.func("run")(wrong)).toThrow(
    `'run': args[0]${path}[1] ('x') must be string (a string of Unicode scalar values), found 5`,
  );
});

const nest = (leaf: ValueType, count: number, wrap: (inner: ValueType) => ValueType): ValueType =>
  Array.from({ length: count }).reduce<ValueType>((inner) => wrap(inner), leaf);

/** Letters of what is generated for both sides of a function that answers with what it is given. */
function lettersOf(type: ValueType): number {
  const signature: FuncType = { ...func({ x: type }), result: type };
  const entry = entryOf(signature, { postReturn: false, isSuspendable: false, isGated: false });
  return entry.bind.toString().length + exitOf(signature).bind.toString().length;
}

const wraps: Readonly<Record<string, (inner: ValueType) => ValueType>> = {
  tuple: (inner) => tuple(inner, inner),
  list: (inner) => list(tuple(inner, inner)),
  result: (inner) => result(inner, inner),
  option: (inner) => tuple(option(option(inner)), inner),
  "list of fixed length": (inner) => tuple(fixedList(inner, 1), inner),
};

test.each(Object.entries(wraps))("the text grows with the number of types: %s", (_, wrap) => {
  const most = 12;
  expect(weightOf(nest(string, most, wrap))).toBeGreaterThan(2 ** most);
  const [less = 0, middle = 0, more = 0] = [most - 4, most - 2, most].map((count) =>
    lettersOf(nest(string, count, wrap)),
  );
  // What has many flat values has as many parameters, and names of two digits.
  expect(more - middle).toBeLessThan((middle - less) * 1.2 + 400);
  expect(more).toBeLessThan(60_000);
});

test("texts of a component do not grow with what its types come to", () => {
  const most = 17;
  const type = nest(string, most, (inner) => tuple(inner, inner));
  const world = { imports: new Map(), exports: new Map([["run", { ...func({ x: type }), result: type }]]) };
  expect(formatWorld(world).length).toBeLessThan(1000);
  const declarations = formatDeclarations(world);
  expect(declarations.length).toBeLessThan(30_000);
  // Each is declared by the one below it, and once more for what may be given.
  expect(declarations).toMatch(/^export type Unnamed = \[/m);
  expect(declarations.match(/^export type Unnamed/gm)?.length).toBeLessThanOrEqual(2 * most);
});

test("small types are written where they stand", () => {
  const point = tuple(primitive("f64"), primitive("f64"));
  const signature: FuncType = { ...func({ x: list(point), y: point }), result: point };
  const { bind } = entryOf(signature, { postReturn: false, isSuspendable: false, isGated: false });
  expect(bind.toString()).not.toContain("shared0");
});
