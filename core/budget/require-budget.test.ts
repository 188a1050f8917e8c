import { expect, test } from "bun:test";
import { requireBudget } from "./require-budget.ts";

test("what is set stays, and what is undefined goes", () => {
  const budget: object = {
    maxMemoryBytes: 0,
    cpuMs: 0.5,
    wallMs: Number.POSITIVE_INFINITY,
    fuel: 1n,
    maxHandles: undefined,
  };
  expect(requireBudget(budget)).toStrictEqual({
    maxMemoryBytes: 0,
    cpuMs: 0.5,
    wallMs: Number.POSITIVE_INFINITY,
    fuel: 1n,
  });
});

test.each<[object, string]>([
  [{ maxMemory: 1 }, "a budget has no field 'maxMemory'"],
  [{ toString: 1 }, "a budget has no field 'toString'"],
  [{ memory: "1MiB" }, "a budget has no field 'memory': in a program it is 'maxMemoryBytes'"],
  [{ processes: 8 }, "a budget has no field 'processes': in a program it is 'maxInstances'"],
  [{ cpuMs: Number.NaN }, "the budget's 'cpuMs' must be a number that is not negative, not NaN"],
  [{ cpuMs: -1 }, "the budget's 'cpuMs' must be a number that is not negative, not -1"],
  [{ maxMemoryBytes: "1MiB" }, "the budget's 'maxMemoryBytes' must be a whole number that is not negative, not 1MiB"],
  [{ maxHandles: 1.5 }, "the budget's 'maxHandles' must be a whole number that is not negative, not 1.5"],
  [{ maxInstances: -1 }, "the budget's 'maxInstances' must be a whole number that is not negative, not -1"],
  [{ maxTables: 5n }, "the budget's 'maxTables' must be a whole number that is not negative, not 5"],
  [{ wallMs: Symbol("1") }, "the budget's 'wallMs' must be a number that is not negative, not Symbol(1)"],
  [{ wallMs: Object.create(null) }, "the budget's 'wallMs' must be a number that is not negative, not an object"],
  [{ fuel: -1n }, "the budget's 'fuel' must be a bigint that is not negative, not -1"],
  [{ fuel: 5 }, "the budget's 'fuel' must be a bigint that is not negative, not 5"],
])("%p", (budget, message) => {
  expect(() => requireBudget(budget)).toThrow(new TypeError(message));
});

class Tenant {
  get fuel(): bigint {
    return 5n;
  }
}

test.each<[string, object]>([
  ["a getter of a class", new Tenant()],
  ["an inherited field", Object.create({ fuel: 5n })],
  ["a field that is not listed", Object.defineProperty({}, "fuel", { value: 5n })],
])("%s limits as a property does", (_, budget) => {
  expect(requireBudget(budget)).toStrictEqual({ fuel: 5n });
});

test("what a class has beside a budget is refused, but for methods", () => {
  class Named extends Tenant {
    get maxMemory(): number {
      return 1;
    }
  }
  expect(() => requireBudget(new Named())).toThrow(new TypeError("a budget has no field 'maxMemory'"));
  class Counting extends Tenant {
    count(): void {}
  }
  expect(requireBudget(new Counting())).toStrictEqual({ fuel: 5n });
});

const others: readonly (readonly [budget: object, kind: string])[] = [
  [[], "an array"],
  [new Map([["fuel", 1n]]), "an object of another kind"],
  [Promise.resolve({ fuel: 1n }), "an object of another kind"],
  [new Date(), "an object of another kind"],
];

test.each(others)("%p is no budget", (budget, kind) => {
  expect(() => requireBudget(budget)).toThrow(
    new TypeError(`a budget must be an object with fields such as 'maxMemoryBytes', not ${kind}`),
  );
});

test("what is no budget at all", () => {
  const given: readonly unknown[] = [null, undefined, 5, "1MiB"];
  for (const budget of given) {
    const failure = thrownBy(() => requireBudget(budget as object)); // whatever JavaScript may hold
    expect(failure).toMatchObject({
      code: "invalid-argument",
      message: `a budget must be an object, not ${String(budget)}`,
    });
  }
});

test("a limit that changes is what it was when it was looked at", () => {
  let reads = 0;
  const budget = {
    get cpuMs() {
      reads += 1;
      return reads === 1 ? 5 : Number.NaN;
    },
  };
  expect(requireBudget(budget)).toEqual({ cpuMs: 5 });
});

function thrownBy(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
