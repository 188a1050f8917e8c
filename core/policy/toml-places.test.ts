import { expect, test } from "bun:test";
import fc from "fast-check";
import { parse } from "smol-toml";
import { testSeed } from "../testing/seed.ts";
import type { TomlPath } from "./tables.ts";
import { tomlPlaces } from "./toml-places.ts";

/** The text that a place points at. */
function pointed(text: string, path: TomlPath, part: "key" | "value" | { start: number; end: number }): string {
  const { line, column, end_line = line, end_column = column } = tomlPlaces(text)(path, part);
  const lines = text.split("\n");
  const offsetOf = (at: number, col: number): number =>
    lines.slice(0, at - 1).reduce((sum, each) => sum + each.length + 1, 0) + col - 1;
  return text.slice(offsetOf(line, column), offsetOf(end_line, end_column));
}

const text = `\
# [not] = "a header"
bare = 1 # one
'quo.ted'."x\\u0041" = '''
several ''lines'''''
date = 1979-05-27 07:32:00Z   # blank inside
[table.sub] # comment
list = [ "a", [1, 2], # "x"
  { k.l = 'v', m = """
"]""" }, "esc\\"aped, \\U0001F600!" ]
[[many]]
name = "first"
[[many]]
name = "second"\r
[many.inner]
deep = true
[[many.items]]
x = -1.5e3
`;

test.each<[TomlPath, "key" | "value", string]>([
  [["bare"], "key", "bare"],
  [["bare"], "value", "1"],
  [["quo.ted"], "key", "'quo.ted'"],
  [["quo.ted", "xA"], "key", '"x\\u0041"'],
  [["quo.ted", "xA"], "value", "'''\nseveral ''lines'''''"],
  [["date"], "value", "1979-05-27 07:32:00Z"],
  [["table", "sub"], "key", "sub"],
  [["table", "sub", "list"], "key", "list"],
  [["table", "sub", "list", 0], "value", '"a"'],
  [["table", "sub", "list", 1], "value", "[1, 2]"],
  [["table", "sub", "list", 1, 1], "value", "2"],
  [["table", "sub", "list", 2, "k", "l"], "value", "'v'"],
  [["table", "sub", "list", 2, "m"], "value", '"""\n"]"""'],
  [["table", "sub", "list", 3], "value", '"esc\\"aped, \\U0001F600!"'],
  [["many", 0, "name"], "value", '"first"'],
  [["many", 1, "name"], "value", '"second"'],
  [["many", 1, "inner", "deep"], "value", "true"],
  [["many", 1, "items", 0, "x"], "value", "-1.5e3"],
  [["bare", "absent"], "value", "bare"],
  [["absent"], "value", ""],
  [[], "value", ""],
])("%j: the %s", (path, part, expected) => {
  expect(pointed(text, path, part)).toBe(expected);
});

test("parts of strings, through escapes; strings of several lines as a whole", () => {
  const escaped: TomlPath = ["table", "sub", "list", 3];
  expect(pointed(text, escaped, { start: 3, end: 5 })).toBe('\\"a');
  expect(pointed(text, escaped, { start: 12, end: 13 })).toBe("!");
  expect(pointed(text, escaped, { start: 13, end: 14 })).toBe(`"`);
  expect(pointed(text, ["quo.ted", "xA"], { start: 1, end: 2 })).toBe("'''\nseveral ''lines'''''");
  expect(pointed(text, ["table", "sub", "list", 2, "k", "l"], { start: 0, end: 1 })).toBe("v");
});

test("each value of a generated document stands where it is said to", () => {
  const keys = fc.string({
    minLength: 1,
    maxLength: 4,
    unit: fc.constantFrom("a", ".", '"', "'", "\\", "#", "]", "\u00e9"),
  });
  const values = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.boolean(), keys, fc.array(tie("value"), { maxLength: 3 })),
  })).value;
  const write = (value: unknown): string =>
    Array.isArray(value) ? `[\n${value.map((each) => `${write(each)} , # ]"\n`).join("")}]` : JSON.stringify(value);
  const property = fc.property(fc.dictionary(keys, values, { maxKeys: 3, noNullPrototype: true }), (table) => {
    const document = Object.entries(table)
      .map(([key, value]) => `${JSON.stringify(key)} . 'k' = ${write(value)}\n`)
      .join("");
    const parsed: unknown = parse(document);
    expect(parsed).toEqual(Object.fromEntries(Object.entries(table).map(([key, k]) => [key, { k }])));
    for (const [key, value] of Object.entries(table)) {
      expect(pointed(document, [key, "k"], "value")).toBe(write(value));
      expect(pointed(document, [key], "key")).toBe(JSON.stringify(key));
      if (!Array.isArray(value)) continue;
      for (const [index, each] of value.entries()) {
        expect(pointed(document, [key, "k", index], "value")).toBe(write(each));
      }
    }
  });
  fc.assert(property, { seed: testSeed, numRuns: 500 });
});

test("it ends on what is no TOML", () => {
  const broken = fc.string({
    maxLength: 30,
    unit: fc.constantFrom("[", "]", "{", "}", '"', "'", "=", ",", ".", "a", "\n", "\\"),
  });
  fc.assert(
    fc.property(broken, (document) => {
      expect(tomlPlaces(document)(["a"], "value").line).toBeGreaterThan(0);
    }),
    { seed: testSeed, numRuns: 1_000 },
  );
});

test("keys of very many parts, and very many keys, take less than a second of the processor", () => {
  const before = process.cpuUsage();
  const deep = `${"a.".repeat(20_000)}a = 1\nb = 2\n[[${"c.".repeat(20_000)}c]]\n`;
  expect(pointed(deep, ["b"], "value")).toBe("2");
  const wide = Array.from({ length: 20_000 }, (_, index) => `k${index} = [${index}]\n`).join("");
  expect(pointed(wide, ["k19999", 0], "value")).toBe("19999");
  const { user, system } = process.cpuUsage(before);
  expect(user + system).toBeLessThan(1_000_000);
}, 30_000);
