/**
 * Policies: what a workload may do (capabilities) and how much of it (budget). Nothing is allowed that a policy does not
 * name, except time, random and log, which it has to deny.
 *
 * Pure data and pure functions of platform: no disk, no node modules, so that an engine in a browser can use them. What
 * symbolic links, name servers and PATH make of a path, a host or a program is for the engine to see to.
 */
import type { Budget, BudgetField } from "../budget/budget.ts";
import type { Span } from "../diagnostic.ts";
import type { Platform } from "../paths.ts";

/** Capabilities that are lists of what is granted. */
export const grantKinds = ["read", "write", "connect", "listen", "env", "exec", "ipc"] as const;
/** Capabilities that are there unless they are denied. */
export const ambientKinds = ["time", "random", "log"] as const;
export const capabilityKinds = [...grantKinds, ...ambientKinds] as const;

/** A capability that is a list of what is granted. */
export type GrantKind = (typeof grantKinds)[number];
/** A capability that is there unless it is denied. */
export type AmbientKind = (typeof ambientKinds)[number];
/** What a policy can grant or deny, by its key. */
export type CapabilityKind = (typeof capabilityKinds)[number];

/**
 * Grants are in canonical form (grant.ts): absolute normalised paths, lower-case hosts with port, names. Lists are
 * sorted and hold nothing that another of their grants covers; `read` not what `write` covers, because write implies
 * read.
 */
export type Capabilities = { readonly [K in GrantKind]: readonly string[] } & {
  readonly [K in AmbientKind]: boolean;
};

/** What a workload may do, and how much of it; `definePolicy`, flags and files make them. */
export interface Policy {
  /** Whose paths its grants are. */
  readonly platform: Platform;
  readonly capabilities: Capabilities;
  readonly budget: Budget;
  /** The workload's own capabilities, which no flag of the caller widens; for words about a denial only. */
  readonly narrowedBy?: readonly Capabilities[];
  /** Where a command's files and flags give its parts; for words about problems only. */
  readonly written?: ReadonlyMap<PolicyPart, readonly WrittenPart[]>;
}

/** What a policy says something by: a capability, or a limit. */
export type PolicyPart = CapabilityKind | BudgetField;

/** A place where a part of a policy was written. */
export interface WrittenPart {
  /** The flag, or the key with its table. */
  readonly name: string;
  /** In a file. */
  readonly span?: Span & { readonly file: string };
}

export interface Denial {
  readonly capability: CapabilityKind;
  /** What was asked for; absent for time, random and log. */
  readonly requested?: string;
  /** `workload`: its own policy does not name it, so that no flag would help. */
  readonly deniedBy: "caller" | "workload";
  /**
   * The one flag that would grant it: exactly this, or what an engine gives in place of it, such as the directory around a
   * file. Absent where none can: what no grant can name, what `--deny-…` took.
   */
  readonly flag?: string;
  /** Why no policy would grant it, where none can: words that fit behind a colon. */
  readonly reason?: string;
}

const noCapabilities: Capabilities = {
  read: [],
  write: [],
  connect: [],
  listen: [],
  env: [],
  exec: [],
  ipc: [],
  time: true,
  random: true,
  log: true,
};

/** What is left when a policy is given that names nothing. */
export const grantNothing = (platform: Platform): Policy => ({ platform, capabilities: noCapabilities, budget: {} });
