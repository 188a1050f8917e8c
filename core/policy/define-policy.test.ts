import { expect, test } from "bun:test";
import { definePolicy, type PolicyDefinition } from "./define-policy.ts";
import { readPolicyFlags } from "./flags.ts";

const base = { base: "/w", platform: "linux" } as const;

test("a definition is what flags of the same words are", () => {
  const definition: PolicyDefinition = {
    capabilities: { read: ["data", "a,b"], connect: ["A.org:1"], time: false },
    budget: { maxMemoryBytes: 1_024, fuel: 3n },
  };
  const flags = {
    "allow-read": ["data,a,,b"],
    "allow-connect": ["a.org:1"],
    "deny-time": true,
    memory: "1KiB",
    fuel: "3",
  };
  expect(readPolicyFlags(flags, base)).toEqual(definePolicy(definition, base));
  expect(definePolicy({}, base).capabilities).toMatchObject({ read: [], env: [], time: true, random: true, log: true });
});

test.each<[object, string]>([
  [{ capabilities: { connect: ["a.org"] } }, "cannot use 'a.org' for 'connect': it has no port"],
  [{ capabilities: { raed: [] } }, "a policy has no capability 'raed'"],
  [{ capabilities: { time: "false" } }, "'time' must be true or false, not of type string"],
  [{ budget: { memory: 1 } }, "a budget has no field 'memory'"],
])("%j", (definition, message) => {
  expect(() => definePolicy(definition, base)).toThrow(new TypeError(message));
});
