import { expect, test } from "bun:test";
import { renderProblem } from "../diagnostic.ts";
import { policyDiagnostics } from "./diagnostics.ts";
import { enforcementProblem, unenforceableParts } from "./enforcement.ts";
import { type PolicyFlags, readPolicyFlags } from "./flags.ts";
import { grantNothing } from "./policy.ts";

const policyOf = (flags: PolicyFlags) =>
  readPolicyFlags(flags, { base: "/", platform: "linux" }) ?? grantNothing("linux");

const engine = { engine: "wasm", capabilities: ["read", "write", "time"], budget: ["fuel"] } as const;

test("what is used and cannot be enforced is named by its flag", () => {
  const policy = policyOf({
    "allow-read": ["/"],
    "allow-exec": ["git"],
    "deny-time": true,
    "deny-log": true,
    cpu: "1s",
    fuel: "9",
  });
  expect(unenforceableParts(policy, engine)).toEqual(["--allow-exec", "--deny-log", "--cpu"]);
  expect(unenforceableParts({ ...policy, budget: { maxHandles: 1 } }, engine)).toContain("maxHandles");
});

test("E_POLICY_UNENFORCEABLE, and nothing where all of it is enforced", () => {
  const problem = enforcementProblem(policyOf({ "allow-ipc": ["jobs"], wall: "1s" }), engine);
  expect(problem).toBeDefined();
  if (problem === undefined) return;
  expect(renderProblem(problem, policyDiagnostics)).toMatchObject({
    code: "E_POLICY_UNENFORCEABLE",
    message: "the engine 'wasm' cannot enforce '--allow-ipc', '--wall'",
  });
  expect(enforcementProblem(policyOf({ "allow-read": ["/"], fuel: "1" }), engine)).toBeUndefined();
});
