/**
 * The policy flags that every command takes which runs a workload. In: what an argument parser collected by the shapes of
 * `policyOptions` (options.ts). Out: a policy, or undefined where no flag is one.
 *
 * Problems point at the argument: the span's text is the flag with its value, and columns count in that.
 */
import { type AmountKind, parseAmount } from "../budget/amount.ts";
import { type Budget, type BudgetName, budgetNames } from "../budget/budget.ts";
import { type Problem, problemsOf } from "../diagnostic.ts";
import { type Fault, isFault } from "../fault.ts";
import { canonicalCapabilities, mapGrants } from "./combine.ts";
import { type ListItem, splitCommas } from "./comma-list.ts";
import type { policyDiagnostics } from "./diagnostics.ts";
import { parseGrant } from "./grant.ts";
import type { PathBase } from "./path.ts";
import { type AmbientKind, type GrantKind, grantKinds, grantNothing, type Policy } from "./policy.ts";

const problem = problemsOf<typeof policyDiagnostics>();

export type PolicyFlags = {
  readonly [K in GrantKind as `allow-${K}`]?: readonly string[] | undefined;
} & { readonly [K in AmbientKind as `deny-${K}`]?: boolean | undefined } & {
  readonly [K in BudgetName]?: string | undefined;
};

/** @throws E_POLICY_FLAG (2), at the first fault */
export function readPolicyFlags(flags: PolicyFlags, base: PathBase): Policy | undefined {
  const lists = mapGrants((kind) => readGrants(kind, flags[`allow-${kind}`] ?? [], base));
  const budget = readBudget(flags);
  const denied = { time: flags["deny-time"], random: flags["deny-random"], log: flags["deny-log"] };
  const isGiven =
    grantKinds.some((kind) => lists[kind].length > 0) ||
    Object.values(denied).includes(true) ||
    Object.keys(budget).length > 0;
  if (!isGiven) return undefined;
  const ambient = { time: denied.time !== true, random: denied.random !== true, log: denied.log !== true };
  const capabilities = canonicalCapabilities({ ...lists, ...ambient }, base.platform);
  return { ...grantNothing(base.platform), capabilities, budget };
}

function readGrants(kind: GrantKind, values: readonly string[], base: PathBase): string[] {
  const flag = `--allow-${kind}`;
  return values.flatMap((value) => {
    const items = splitCommas(value);
    if (isFault(items)) throw flagProblem({ flag, value }, items);
    return items.map((item) => {
      const grant = parseGrant(kind, item.text, base);
      if (isFault(grant)) throw flagProblem({ flag, value, item }, grant);
      return grant;
    });
  });
}

function readBudget(flags: PolicyFlags): Budget {
  const limits: Record<string, number | bigint> = {};
  for (const [name, { field, amount }] of Object.entries(budgetNames)) {
    // Sound: the table's keys are the names.
    const text = flags[name as BudgetName];
    if (text !== undefined) limits[field] = readLimit(text, { flag: `--${name}`, amount, isFuel: field === "fuel" });
  }
  return limits;
}

interface LimitFlag {
  readonly flag: string;
  readonly amount: AmountKind;
  readonly isFuel: boolean;
}

function readLimit(value: string, { flag, amount, isFuel }: LimitFlag): number | bigint {
  const limit = parseAmount(value, amount);
  if (isFault(limit)) throw flagProblem({ flag, value }, limit);
  return isFuel ? BigInt(limit) : limit;
}

interface FlagValue {
  readonly flag: string;
  readonly value: string;
  /** The item of the value that the fault is in. */
  readonly item?: ListItem;
}

function flagProblem({ flag, value, item }: FlagValue, { reason, start, end }: Fault): Problem {
  const range = item === undefined ? { start, end } : item.rangeOf({ start, end });
  const lead = `${flag}=`.length + 1;
  const span = { line: 1, column: lead + range.start, end_column: lead + range.end, text: `${flag}=${value}` };
  return problem("E_POLICY_FLAG", { flag, text: item?.text ?? value, reason }, { spans: [span] });
}
