/** What a host gives, as one thing that can be linked: anyone can write one. */
import type { Budget } from "../../core/budget/budget.ts";
import type { CapabilityKind, Policy } from "../../core/policy/policy.ts";
import type { Linker } from "./linker.ts";

/** What `linkSystem` takes: interfaces that a host gives, all of one matter. */
export interface SystemComponent {
  /** As messages and link problems name it. */
  readonly name: string;
  /**
   * What of a policy it grants in part, and denies otherwise, beside what components that are shipped do (files, variables,
   * time, random and log): a policy that names anything else is refused, or `bestEffort` leaves that away, because nobody
   * would keep it.
   */
  readonly enforces?: readonly CapabilityKind[];
  /**
   * What the instance may do and use, where its builder has a policy: narrows what was given to the constructor. Called
   * before each `install` of such a builder, so that builders share a component only if they share their policy. A promise
   * is refused.
   */
  configure?(policy: Policy, budget: Budget): void;
  /** Defines its interfaces, and no others. Called once for each instance, which waits for it if it is async. */
  install(linker: Linker): unknown;
}
