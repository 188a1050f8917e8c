/** The binary format, byte by byte: what is read, and what is refused with which words. */
import { expect, test } from "bun:test";
import { DecodeError } from "../errors/errors.ts";
import type { Definition } from "./ast.ts";
import { decodeComponent, layerOf } from "./component.ts";

const preamble = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

/** A component of these sections, each an id and its contents. */
const component = (...sections: readonly (readonly number[])[]): Uint8Array =>
  new Uint8Array([...preamble, ...sections.flatMap(([id = 0, ...contents]) => [id, contents.length, ...contents])]);

const definitions = (...sections: readonly (readonly number[])[]): readonly Definition[] =>
  decodeComponent(component(...sections)).definitions;

const text = (value: string): number[] => [value.length, ...new TextEncoder().encode(value)];

test("an empty component has no definitions, and layers are told apart", () => {
  expect(definitions()).toEqual([]);
  expect(layerOf(component())).toBe("component");
  expect(layerOf(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]))).toBe("module");
  expect(layerOf(new TextEncoder().encode("(component)"))).toBeUndefined();
});

/** Definitions of one section, as many as there are. */
const section = (id: number, ...items: readonly (readonly number[])[]): readonly number[] => [
  id,
  items.length,
  ...items.flat(),
];

test("types, by their codes", () => {
  const [record, variant, list, func, resource] = definitions(
    section(
      7,
      [0x72, 1, ...text("a"), 0x79],
      [0x71, 2, ...text("b"), 1, 0x73, 0, ...text("c"), 0, 0],
      [0x70, 0x00],
      [0x40, 1, ...text("x"), 0x7f, 0x00, 0x02],
      [0x3f, 0x7f, 0],
    ),
  );
  expect(record).toEqual({ kind: "type", type: { kind: "record", fields: [{ label: "a", type: "u32" }] }, offset: 11 });
  const cases = [
    { label: "b", type: "string" as const },
    { label: "c", type: undefined },
  ];
  expect(variant).toMatchObject({ type: { kind: "variant", cases } });
  expect(list).toMatchObject({ type: { kind: "list", element: 0 } });
  const params = [{ label: "x", type: "bool" as const }];
  expect(func).toMatchObject({ type: { kind: "func", isAsync: false, params, result: 2 } });
  expect(resource).toMatchObject({ type: { kind: "resource", representation: "i32", destructor: undefined } });
});

test("imports, exports, aliases and canonical definitions", () => {
  const found = definitions(
    [10, 1, 0x00, ...text("f"), 0x01, 0x00],
    [6, 1, 0x01, 0x00, 0x02, ...text("g")],
    [8, 1, 0x01, 0x00, 0x00, 2, 0x00, 0x03, 0x01],
    [11, 1, 0x00, ...text("e"), 0x01, 0x00, 0x00],
  );
  expect(found).toMatchObject([
    { kind: "import", name: { name: "f", attributes: [] }, type: { kind: "func", type: 0 } },
    { kind: "alias", alias: { kind: "export", sort: "func", instance: 2, name: "g" } },
    {
      kind: "canon",
      canon: { kind: "lower", func: 0, options: [{ kind: "utf8" }, { kind: "memory", index: 1 }] },
    },
    {
      kind: "export",
      name: { name: "e", attributes: [] },
      value: { sort: "func", index: 0 },
      type: undefined,
    },
  ]);
});

test("names of the name section are kept, and what cannot be read of it is passed over", () => {
  const names = (...contents: number[]) => component([0, ...text("component-name"), ...contents]);
  expect(decodeComponent(names(0, 3, ...text("me"))).names).toEqual({ component: "me", sorts: new Map() });
  const named = decodeComponent(names(1, 5, 0x01, 1, 0, ...text("f"))).names;
  expect(named.sorts.get("func")).toEqual(new Map([[0, "f"]]));
  expect(decodeComponent(names(0xff)).names).toEqual({ sorts: new Map() });
});

const refusals: readonly (readonly [words: string, bytes: Uint8Array, offset: number])[] = [
  ["unexpected end-of-file", new Uint8Array([0x00, 0x61, 0x73]), 3],
  ["magic header not detected", new TextEncoder().encode("(component)"), 0],
  ["expected a version header for a component", new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), 4],
  ["malformed section id: 13", component([13]), 8],
  ["unexpected end-of-file", new Uint8Array([...preamble, 7, 3, 0]), 11],
  ["section size mismatch", component([7, 0, 0]), 11],
  ["invalid leading byte (0x62) for component defined type", component([7, 1, 0x62]), 11],
  ["integer too large", component([7, 0xff, 0xff, 0xff, 0xff, 0x1f]), 14],
  ["malformed UTF-8 encoding", component([0, 1, 0xff]), 11],
  ["invalid leading byte (0x1) for zero byte required", component([7, 1, 0x71, 1, ...text("a"), 0, 1]), 16],
];

for (const [words, bytes, offset] of refusals) {
  test(`refused: ${words} at ${offset}`, () => {
    let refusal: unknown;
    try {
      decodeComponent(bytes);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(DecodeError);
    expect(refusal).toMatchObject({ code: "decode", offset, message: expect.stringContaining(words) });
  });
}

test("a count that no bytes stand behind costs nothing", () => {
  expect(() => definitions([7, 0xff, 0xff, 0xff, 0xff, 0x0f])).toThrow("unexpected end-of-file");
});

test("components in components are bounded in depth", () => {
  let nested = component();
  for (let level = 0; level < 1010; level += 1) {
    const size = [...leb(nested.length)];
    nested = new Uint8Array([...preamble, 4, ...size, ...nested]);
  }
  expect(() => decodeComponent(nested)).toThrow("components are nested more than 1000 levels deep");
}, 30_000);

const nestedTypes = (code: number, levels: number): Uint8Array => {
  const inner = Array.from({ length: levels - 1 }, () => [code, 1, 0x01]).flat();
  const contents = [1, ...inner, code, 0];
  return new Uint8Array([...preamble, 7, ...leb(contents.length), ...contents]);
};

test.each([
  ["component", 0x41],
  ["instance", 0x42],
] as const)("%s types in each other are bounded in depth", (_, code) => {
  expect(decodeComponent(nestedTypes(code, 100)).definitions).toHaveLength(1);
  for (const levels of [101, 7000, 100_000]) {
    expect(() => decodeComponent(nestedTypes(code, levels))).toThrow(DecodeError);
    expect(() => decodeComponent(nestedTypes(code, levels))).toThrow("component type nesting is too deep");
  }
});

function* leb(value: number): Generator<number> {
  for (let rest = value; ; rest >>>= 7) {
    yield rest < 0x80 ? rest : (rest & 0x7f) | 0x80;
    if (rest < 0x80) return;
  }
}
