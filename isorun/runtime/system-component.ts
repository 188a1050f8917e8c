/** What a host gives, as one thing that can be linked: anyone can write one. */
import type { Budget } from "../../core/budget/budget.ts";
import type { Policy } from "../../core/policy/policy.ts";
import type { Linker } from "./linker.ts";

/** What `linkSystem` takes: interfaces that a host gives, all of one matter. */
export interface SystemComponent {
  /** As messages and link problems name it. */
  readonly name: string;
  /**
   * What the instance may do and use, where its builder has a policy: narrows what was given to the constructor. Called
   * before each `install` of such a builder, so that builders share a component only if they share their policy. A promise
   * is refused.
   */
  configure?(policy: Policy, budget: Budget): void;
  /** Defines its interfaces, and no others. Called once for each instance, which waits for it if it is async. */
  install(linker: Linker): unknown;
}
