import { expect, test } from "bun:test";
import { BudgetExhausted, TrapError } from "./errors.ts";

test.each([
  [{ field: "fuel", limit: 10n, used: 21n }, "the budget's 'fuel' is exhausted: 21 of 10"],
  [
    { field: "fuel", limit: 20n, used: 19n },
    "the budget's 'fuel' is exhausted: 19 of 20 used, and the next step does not fit",
  ],
  [{ field: "cpuMs", limit: 50, used: 50.02562700000004 }, "the budget's 'cpuMs' is exhausted: 50.026 of 50"],
  [{ field: "wallMs", limit: 50, used: 50.0000001 }, "the budget's 'wallMs' is exhausted: 50.001 of 50"],
  [
    { field: "maxCallDepth", limit: Infinity, used: Infinity },
    "the engine's stack is exhausted: calls stand too deep in each other",
  ],
])("%p is told as '%s'", (spent, message) => {
  expect(new BudgetExhausted(spent)).toMatchObject({ ...spent, message });
});

test("what a budget ended with can be written as JSON", () => {
  const written = JSON.stringify({ error: new BudgetExhausted({ field: "fuel", limit: 10n, used: 2n ** 64n }) });
  expect(JSON.parse(written)).toEqual({
    error: {
      name: "BudgetExhausted",
      code: "budget-exhausted",
      message: "the budget's 'fuel' is exhausted: 18446744073709551616 of 10",
      field: "fuel",
      limit: "10",
      used: "18446744073709551616",
    },
  });
  const inMs = JSON.stringify(new BudgetExhausted({ field: "wallMs", limit: 50, used: 51.5 }));
  expect(JSON.parse(inMs)).toMatchObject({ limit: 50, used: 51.5 });
});

test("a trap is written as JSON with its message and its frames", () => {
  const frames = [{ component: "c", instance: "i", func: "f" }];
  const written = JSON.stringify(new TrapError("unreachable", { frames, cause: 1n }));
  expect(JSON.parse(written)).toEqual({ name: "TrapError", code: "trap", message: "unreachable", frames });
});
