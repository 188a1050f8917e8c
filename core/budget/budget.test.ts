import { expect, test } from "bun:test";
import fc from "fast-check";
import { testSeed } from "../testing/seed.ts";
import { type Budget, budgetFieldNames, budgetJson, intersectBudgets } from "./budget.ts";

const amounts = fc.nat();
const budgets: fc.Arbitrary<Budget> = fc
  .dictionary(fc.constantFrom(...budgetFieldNames), amounts)
  // Fuel is the one field of another type.
  .map(({ fuel, ...rest }) => (fuel === undefined ? rest : { ...rest, fuel: BigInt(fuel) }));

test("the lower limit of each field, and limits that one side alone has", () => {
  expect(
    intersectBudgets({ maxMemoryBytes: 9, fuel: 3n, cpuMs: 5 }, { maxMemoryBytes: 7, fuel: 8n, wallMs: 1 }),
  ).toEqual({
    maxMemoryBytes: 7,
    fuel: 3n,
    cpuMs: 5,
    wallMs: 1,
  });
  expect(intersectBudgets({ maxHandles: 0 }, { maxHandles: 4 })).toEqual({ maxHandles: 0 });
});

test("intersection is commutative, associative, idempotent, and {} is neutral", () => {
  const property = fc.property(budgets, budgets, budgets, (a, b, c) => {
    expect(intersectBudgets(a, b)).toEqual(intersectBudgets(b, a));
    expect(intersectBudgets(intersectBudgets(a, b), c)).toEqual(intersectBudgets(a, intersectBudgets(b, c)));
    expect(intersectBudgets(a, a)).toEqual(a);
    expect(intersectBudgets(a, {})).toEqual(a);
  });
  fc.assert(property, { seed: testSeed, numRuns: 300 });
});

test("in JSON names are snake_case and fuel is a number", () => {
  expect(budgetJson({ maxMemoryBytes: 1, fuel: 2n, cpuMs: 3, maxCallDepth: 4 })).toEqual({
    max_memory_bytes: 1,
    max_call_depth: 4,
    fuel: 2,
    cpu_ms: 3,
  });
});
