/** What is more, or something else, than the fields that are read of an object. */
import { expect, test } from "bun:test";
import { runInNewContext } from "node:vm";
import { inheritedFieldOf, oddityOf } from "./known-fields.ts";

const known = ["fuel", "wall"] as const;

class Getters {
  get fuel(): number {
    throw new Error("nobody runs this");
  }

  /** Its own business. */
  describe(): string {
    return "getters";
  }
}

class More extends Getters {
  get feul(): number {
    return 1;
  }
}

class Own {
  fuel = 1;
}

const fitting: readonly (readonly [what: string, given: object])[] = [
  ["nothing", {}],
  ["what is there", { fuel: 1, wall: undefined }],
  ["without a prototype", Object.assign(Object.create(null), { fuel: 1 })],
  ["getters of a class", new Getters()],
  ["properties of an object of a class", new Own()],
  ["an inherited property", Object.create({ fuel: 1 })],
  ["an inherited property and a method", Object.create({ fuel: 1, describe: () => "" })],
  ["a property that is not listed", Object.defineProperty({}, "fuel", { value: 1, enumerable: false })],
  ["an object of another realm", runInNewContext("({ fuel: 1 })")],
  ["an empty object of another realm", runInNewContext("({})")],
  ["a proxy", new Proxy({ fuel: 1 }, {})],
];

test.each(fitting)("%s", (_, given) => {
  expect(oddityOf(given, known)).toBeUndefined();
});

const unknown: readonly (readonly [what: string, given: object, name: string])[] = [
  ["a property", { fuel: 1, feul: 1 }, "feul"],
  ["a method of its own", { fuel: 1, describe: () => "" }, "describe"],
  ["an inherited property", Object.create({ fuel: 1, feul: 1 }), "feul"],
  [
    "an inherited property of another one without a prototype",
    Object.create({ __proto__: null, fuel: 1, feul: 1 }),
    "feul",
  ],
  ["a getter of a class", new More(), "feul"],
  ["an item of an array", ["fuel"], "0"],
];

test.each(unknown)("%s that nobody knows", (_, given, name) => {
  expect(oddityOf(given, known)).toEqual({ kind: "unknown", name });
});

const others: readonly object[] = [
  [],
  new Set(["fuel"]),
  new WeakMap(),
  Promise.resolve({ fuel: 1 }),
  new Date(),
  /fuel/,
  Object.create({}),
  Object.create({ describe: () => "" }),
];

test.each(others.map((given) => [given]))("an object of another kind: %p", (given) => {
  expect(oddityOf(given, known)).toEqual({ kind: "other" });
});

test("what is inherited, or given by getters of a class, is no property of its own", () => {
  expect(inheritedFieldOf({ fuel: 1 })).toBeUndefined();
  expect(inheritedFieldOf(new Own())).toBeUndefined();
  expect(inheritedFieldOf(new Getters())).toBe("fuel");
  expect(inheritedFieldOf(Object.create({ fuel: 1 }))).toBe("fuel");
});
