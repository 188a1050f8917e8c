/**
 * Budgets: how much a workload may use. An absent field is no limit of the budget's; an engine may have limits of its own,
 * which the fields tell where they are known.
 */
import type { AmountKind } from "./amount.ts";

/** Limits of what a workload uses, each of its own. */
export interface Budget {
  /** Of all its memories together. */
  readonly maxMemoryBytes?: number;
  /** Of all its tables together. */
  readonly maxTableElements?: number;
  /**
   * Processes, or instances of components that have code of their own: what the engine runs at the same time. Of others, which
   * only pass names on, 64 count as one, up to 1,024 of them.
   */
  readonly maxInstances?: number;
  readonly maxTables?: number;
  readonly maxMemories?: number;
  readonly maxCallDepth?: number;
  /** Deterministic: the same program and input use the same fuel on every machine. */
  readonly fuel?: bigint;
  readonly cpuMs?: number;
  readonly wallMs?: number;
  /** Of resources, held at the same time. Without it a million, or one for each 512 bytes of `maxMemoryBytes` (1,024 at least). */
  readonly maxHandles?: number;
  /**
   * Of the values of one call in one direction, counted as they are made: what a guest names twice counts twice, and of what
   * it gives each item of a list that is no number counts what the host keeps for it beside its bytes, by its type (an array
   * 256, a typed array 512). Without it they end at four times `maxMemoryBytes`, and at 512 MiB.
   */
  readonly maxMessageBytes?: number;
  readonly maxOutputBytes?: number;
}

/** The name of a limit. */
export type BudgetField = keyof Budget;

export type BudgetName = "memory" | "cpu" | "wall" | "processes" | "output" | "fuel";

/** The fields that flags and TOML name, by the name that they have there. */
export const budgetNames: Readonly<Record<BudgetName, { readonly field: BudgetField; readonly amount: AmountKind }>> = {
  memory: { field: "maxMemoryBytes", amount: "bytes" },
  cpu: { field: "cpuMs", amount: "duration" },
  wall: { field: "wallMs", amount: "duration" },
  processes: { field: "maxInstances", amount: "count" },
  output: { field: "maxOutputBytes", amount: "bytes" },
  fuel: { field: "fuel", amount: "count" },
};

/** What each field counts, in words for messages. */
export const budgetFields: Readonly<Record<BudgetField, { readonly noun: string; readonly unit: string }>> = {
  maxMemoryBytes: { noun: "memory", unit: " bytes" },
  maxTableElements: { noun: "table elements", unit: "" },
  maxInstances: { noun: "processes or instances", unit: "" },
  maxTables: { noun: "tables", unit: "" },
  maxMemories: { noun: "memories", unit: "" },
  maxCallDepth: { noun: "call depth", unit: "" },
  fuel: { noun: "fuel", unit: "" },
  cpuMs: { noun: "cpu time", unit: " ms" },
  wallMs: { noun: "wall time", unit: " ms" },
  maxHandles: { noun: "handles", unit: "" },
  maxMessageBytes: { noun: "message size", unit: " bytes" },
  maxOutputBytes: { noun: "output", unit: " bytes" },
};

export const budgetFieldNames = Object.keys(budgetFields).filter((name): name is BudgetField => name in budgetFields);

/** Each field at its lower limit; commutative, associative, and {} is its neutral element. */
export function intersectBudgets(a: Budget, b: Budget): Budget {
  const limits = budgetFieldNames.flatMap((field) => {
    const [x, y] = [a[field], b[field]];
    if (x === undefined && y === undefined) return [];
    return [[field, x === undefined || (y !== undefined && y < x) ? y : x]];
  });
  // Sound: each value is that of the same field in one of two budgets.
  return Object.fromEntries(limits) as Budget;
}

/** A budget in JSON: snake_case, and fuel as a number, which is exact up to 2^53. */
export function budgetJson(budget: Budget): Readonly<Record<string, number>> {
  return Object.fromEntries(
    budgetFieldNames.flatMap((field) => {
      const limit = budget[field];
      return limit === undefined ? [] : [[snakeCase(field), Number(limit)]];
    }),
  );
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The name of a field in flags and TOML, where it has one. */
export function budgetNameOf(field: BudgetField): BudgetName | undefined {
  const names = Object.keys(budgetNames).filter((name): name is BudgetName => name in budgetNames);
  return names.find((name) => budgetNames[name].field === field);
}
