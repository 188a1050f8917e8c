/** Types with a value of each, as calls give it. */
import fc from "fast-check";
import type { Primitive } from "../../decode/ast.ts";
import type { ValueType } from "../../types/component-types.ts";
import { propertyName } from "../../types/property-name.ts";
import { integerRanges } from "../integers.ts";
import { parseWave } from "../parse.ts";
import { enumOf, fixedList, flags, list, map, option, primitive, record, result, tuple, variant } from "./types.ts";

export interface TypedValue {
  readonly type: ValueType;
  readonly value: unknown;
}

/** A type, and where its values come from. */
interface TypedArbitrary {
  readonly type: ValueType;
  readonly values: fc.Arbitrary<unknown>;
}

const integerNames = ["s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64"] as const;

const hardText = fc.constantFrom(
  '"',
  "'",
  "\\",
  '"""',
  "\n",
  "\r\n",
  "\t",
  "\u0000",
  "\u202e",
  "🦊",
  "e\u0301",
  "//",
  "%",
);
const text = fc.array(fc.oneof(hardText, fc.string({ unit: "binary", maxLength: 4 })), { maxLength: 4 });
const character = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  fc.constantFrom("'", '"', "\\", "\n"),
);

function integers(name: Primitive): fc.Arbitrary<unknown> {
  const range = integerRanges[name];
  if (range === undefined) throw new Error(`${name} is no type of integers`);
  const all = fc.bigInt({ min: range.least, max: range.most });
  return range.isBig ? all : all.map(Number);
}

const primitives: readonly TypedArbitrary[] = [
  ...integerNames.map((name) => ({ type: primitive(name), values: integers(name) })),
  { type: primitive("bool"), values: fc.boolean() },
  { type: primitive("f32"), values: fc.float() },
  { type: primitive("f64"), values: fc.double() },
  { type: primitive("char"), values: character },
  { type: primitive("string"), values: text.map((parts) => parts.join("")) },
];

const keyTypes = primitives.filter(({ type }) => type.kind === "primitive" && !type.primitive.startsWith("f"));

const labels = fc.uniqueArray(
  fc.constantFrom(
    "a",
    "some",
    "none",
    "ok",
    "err",
    "true",
    "false",
    "inf",
    "nan",
    "b-2",
    "two-words",
    "HTTP3",
    "constructor",
    "get-URL",
    "to-string",
  ),
  { minLength: 1, maxLength: 5, selector: (label) => label.toLowerCase() },
);

/** A typed array where a list has one, made by another way than the one that is tested. */
function toArray(element: ValueType, items: readonly unknown[]): unknown {
  const empty = parseWave("[]", list(element));
  if (Array.isArray(empty)) return items;
  const { constructor } = empty as { readonly constructor: unknown };
  return Reflect.construct(constructor as new (items: readonly unknown[]) => unknown, [items]);
}

const lists = ({ type, values }: TypedArbitrary): TypedArbitrary => ({
  type: list(type),
  values: fc.array(values, { maxLength: 4 }).map((items) => toArray(type, items)),
});

const fixedLists = ({ type, values }: TypedArbitrary): TypedArbitrary => ({
  type: fixedList(type, 3),
  values: fc.tuple(values, values, values).map((items) => toArray(type, items)),
});

const tuples = (parts: readonly TypedArbitrary[]): TypedArbitrary => ({
  type: tuple(...parts.map(({ type }) => type)),
  values: fc.tuple(...parts.map(({ values }) => values)),
});

const options = ({ type, values }: TypedArbitrary): TypedArbitrary => ({
  type: option(type),
  values: fc.option(type.kind === "option" ? values.map(toTagged) : values, { nil: undefined }),
});

const toTagged = (value: unknown): unknown => (value === undefined ? { tag: "none" } : { tag: "some", val: value });

const maybe = (part: TypedArbitrary | undefined, tag: string): fc.Arbitrary<unknown> =>
  part === undefined ? fc.constant({ tag }) : part.values.map((val) => ({ tag, val }));

const results = ([ok, error]: readonly (TypedArbitrary | undefined)[]): TypedArbitrary => ({
  type: result(ok?.type, error?.type),
  values: fc.oneof(maybe(ok, "ok"), maybe(error, "err")),
});

type Labelled = readonly [names: readonly string[], parts: readonly (TypedArbitrary | undefined)[]];

const variants = ([names, parts]: Labelled): TypedArbitrary => ({
  type: variant(Object.fromEntries(names.map((name, index) => [name, parts[index]?.type]))),
  values: fc.oneof(...names.map((name, index) => maybe(parts[index], name))),
});

const records = ([names, parts]: readonly [readonly string[], readonly TypedArbitrary[]]): TypedArbitrary => {
  const fields = names.slice(0, parts.length).flatMap((name, index) => {
    const part = parts[index];
    return part === undefined ? [] : [{ name, part }];
  });
  return {
    type: record(Object.fromEntries(fields.map(({ name, part }) => [name, part.type]))),
    values: fc.record(Object.fromEntries(fields.map(({ name, part }) => [propertyName(name), part.values]))),
  };
};

const maps = ([key, value]: readonly [TypedArbitrary, TypedArbitrary]): TypedArbitrary => ({
  type: map(key.type, value.type),
  values: fc.array(fc.tuple(key.values, value.values), { maxLength: 3 }).map((pairs) => new Map(pairs)),
});

const named: readonly ((names: readonly string[]) => TypedArbitrary)[] = [
  (names) => ({ type: enumOf(...names), values: fc.constantFrom(...names) }),
  (names) => ({
    type: flags(...names),
    values: fc.record(Object.fromEntries(names.map((name) => [propertyName(name), fc.boolean()]))),
  }),
];

const leaves = fc.oneof(
  fc.constantFrom(...primitives),
  labels.chain((names) => fc.constantFrom(...named.map((make) => make(names)))),
);

const { tree } = fc.letrec<{ tree: TypedArbitrary }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: "medium" },
    leaves,
    tie("tree").map(lists),
    tie("tree").map(fixedLists),
    tie("tree").map(options),
    fc.array(tie("tree"), { minLength: 1, maxLength: 3 }).map(tuples),
    fc.array(fc.option(tie("tree"), { nil: undefined }), { minLength: 2, maxLength: 2 }).map(results),
    fc.tuple(labels, fc.array(fc.option(tie("tree"), { nil: undefined }), { maxLength: 5 })).map(variants),
    fc.tuple(labels, fc.array(tie("tree"), { minLength: 1, maxLength: 3 })).map(records),
    fc.tuple(fc.constantFrom(...keyTypes), tie("tree")).map(maps),
  ),
}));

export const typedValues: fc.Arbitrary<TypedValue> = tree.chain(({ type, values }) =>
  values.map((value) => ({ type, value })),
);
