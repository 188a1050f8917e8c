/** A policy in JSON, for events: what it grants and limits, snake_case, without how it came about. */
import { budgetJson } from "../budget/budget.ts";
import type { Capabilities, Policy } from "./policy.ts";

export interface PolicyJson {
  readonly capabilities: Capabilities;
  /** `max_memory_bytes`, `cpu_ms`, `fuel` and their kin. */
  readonly budget: Readonly<Record<string, number>>;
}

export const policyJson = ({ capabilities, budget }: Policy): PolicyJson => ({
  capabilities,
  budget: budgetJson(budget),
});
