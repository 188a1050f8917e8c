import { expect, test } from "bun:test";
import * as v from "valibot";
import { renderProblem } from "../diagnostic.ts";
import { budgetExhausted } from "../events/budget-exhausted.ts";
import { exitCode } from "../exit-code.ts";
import { budgetDiagnostics } from "./diagnostics.ts";
import { type Exhaustion, exhaustionEvent, exhaustionProblem } from "./exhaustion.ts";

const memory: Exhaustion = { field: "maxMemoryBytes", limit: 65_536, used: 131_072 };
const fuel: Exhaustion = { field: "fuel", limit: 100n, used: 101n };
const tables: Exhaustion = { field: "maxTables", limit: 4, used: 5 };
const handles: Exhaustion = { field: "maxHandles", limit: 4, used: 5 };

test("E_BUDGET_EXHAUSTED says field, limit and use, and the flag that gives more", () => {
  const rendered = renderProblem(exhaustionProblem(memory), budgetDiagnostics);
  expect(rendered).toMatchObject({
    code: "E_BUDGET_EXHAUSTED",
    message: "the budget of memory is exhausted: the limit is 65536 bytes, and 131072 bytes were used",
    hint: "Give it more with `--memory`.",
    data: memory,
  });
  const following = "More `--memory` gives more: one for each 512 bytes, at least 1024 and at most a million.";
  expect(renderProblem(exhaustionProblem(handles), budgetDiagnostics).hint).toBe(following);
  expect(renderProblem(exhaustionProblem(tables), budgetDiagnostics).hint).toBeUndefined();
  expect(JSON.stringify(renderProblem(exhaustionProblem(fuel), budgetDiagnostics).data)).toBe(
    '{"field":"fuel","limit":100,"used":101}',
  );
  expect(budgetDiagnostics.E_BUDGET_EXHAUSTED.exit).toBe(exitCode.budget);
});

test("times are told as people read them", () => {
  const late: Exhaustion = { field: "wallMs", limit: 500, used: 500.0469050000001 };
  const { message, data } = renderProblem(exhaustionProblem(late), budgetDiagnostics);
  expect(message).toBe("the budget of wall time is exhausted: the limit is 500 ms, and 500.1 ms were used");
  expect(data).toEqual({ field: "wallMs", limit: 500, used: 500.047 });
  expect(exhaustionEvent(late)).toMatchObject({ limit: 500, used: 500.047 });
});

test.each([
  [memory, { field: "maxMemoryBytes", limit: 65_536, used: 131_072, flag: "--memory" }],
  [fuel, { field: "fuel", limit: 100, used: 101, flag: "--fuel" }],
  [handles, { field: "maxHandles", limit: 4, used: 5 }],
] as const)("the event of an exhausted budget, case %#", (exhaustion, expected) => {
  const fields = exhaustionEvent(exhaustion);
  expect(fields).toEqual(expected);
  expect(v.is(budgetExhausted.fields, fields)).toBe(true);
});
