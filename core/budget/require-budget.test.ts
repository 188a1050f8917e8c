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
  [{ cpuMs: Number.NaN }, "the budget's 'cpuMs' must be a number that is not negative, not NaN"],
  [{ cpuMs: -1 }, "the budget's 'cpuMs' must be a number that is not negative, not -1"],
  [{ maxMemoryBytes: "1MiB" }, "the budget's 'maxMemoryBytes' must be a number that is not negative, not 1MiB"],
  [{ fuel: 5 }, "the budget's 'fuel' must be a bigint that is not negative, not 5"],
])("%j", (budget, message) => {
  expect(() => requireBudget(budget)).toThrow(new TypeError(message));
});
