import { expect, test } from "bun:test";
import { Problem, renderProblem } from "../diagnostic.ts";
import { exitCode } from "../exit-code.ts";
import type { Report } from "../report.ts";
import { policyDiagnostics } from "./diagnostics.ts";
import { requireEnforcement } from "./enforcement.ts";
import { type PolicyFlags, readPolicyFlags } from "./flags.ts";
import { grantNothing, type Policy } from "./policy.ts";

const policyOf = (flags: PolicyFlags) =>
  readPolicyFlags(flags, { base: "/", platform: "linux" }) ?? grantNothing("linux");

const engine = { engine: "wasm", capabilities: ["read", "write", "time"], budget: ["fuel"] } as const;

function check(policy: Policy, bestEffort = false) {
  const told: unknown[] = [];
  const report: Report = {
    emit: (kind, fields) => void told.push({ kind, ...fields }),
    warn: (problem) => void told.push(renderProblem(problem, policyDiagnostics, { level: "warning" })),
  };
  let code: string | undefined;
  try {
    requireEnforcement(policy, engine, { report, bestEffort });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    code = renderProblem(error, policyDiagnostics).code;
    expect(renderProblem(error, policyDiagnostics).message).toStartWith("the engine 'wasm' cannot enforce '--");
  }
  return { told, code };
}

test("what is used and cannot be enforced is named by its flag, in an event and in an error", () => {
  const flags = {
    "allow-read": ["/"],
    "allow-exec": ["git"],
    "deny-time": true,
    "deny-log": true,
    cpu: "1s",
    fuel: "9",
  };
  const policy = policyOf(flags);
  const told = [{ kind: "policy.unenforced", engine: "wasm", parts: ["--allow-exec", "--deny-log", "--cpu"] }];
  expect(check(policy)).toEqual({ told, code: "E_POLICY_UNENFORCEABLE" });
  const warning = {
    level: "warning",
    code: "W_POLICY_UNENFORCED",
    message: "the engine 'wasm' cannot enforce '--allow-exec', '--deny-log', '--cpu', and goes on without",
  };
  expect(check(policy, true)).toEqual({ told: [...told, expect.objectContaining(warning)], code: undefined });
  expect(policyDiagnostics.E_POLICY_UNENFORCEABLE.exit).toBe(exitCode.config);
});

test("fields of a budget that no flag sets are named as they are", () => {
  const [event] = check({ ...policyOf({}), budget: { maxHandles: 1 } }, true).told;
  expect(event).toMatchObject({ parts: ["maxHandles"] });
});

test("nothing is said where all of it is enforced", () => {
  expect(check(policyOf({ "allow-read": ["/"], fuel: "1" }))).toEqual({ told: [], code: undefined });
});
