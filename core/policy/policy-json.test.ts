import { expect, test } from "bun:test";
import * as v from "valibot";
import { readPolicyFlags } from "./flags.ts";
import { grantNothing } from "./policy.ts";
import { policyJson } from "./policy-json.ts";
import { policySchema } from "./policy-schema.ts";

test("a policy in JSON is what its schema says", () => {
  const flags = { "allow-read": ["data"], memory: "1MiB", fuel: "5" };
  const policy = readPolicyFlags(flags, { base: "/w", platform: "linux" }) ?? grantNothing("linux");
  const json: unknown = JSON.parse(JSON.stringify(policyJson(policy)));
  const parsed: unknown = v.parse(policySchema, json);
  expect(parsed).toEqual({
    capabilities: { ...policy.capabilities, read: ["/w/data"] },
    budget: { max_memory_bytes: 1_048_576, fuel: 5 },
  });
  expect(v.is(policySchema, { capabilities: {}, budget: {} })).toBe(false);
});
