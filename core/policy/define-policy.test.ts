import { expect, test } from "bun:test";
import { platform } from "node:os";
import { resolve } from "node:path";
import type { Platform } from "../paths.ts";
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
  [{ capabilities: { raed: [] } }, "a policy has no capability 'raed': did you mean 'read'?"],
  [{ capabilities: { files: [] } }, "a policy has no capability 'files'"],
  [{ capabilities: { read: "./data" } }, "'read' must be an array of strings"],
  [{ capabilities: { read: [5] } }, "'read' must be an array of strings"],
  [{ capabilities: ["read"] }, "the capabilities of a policy must be an object"],
  [{ capabilites: {} }, "a policy has no part 'capabilites': did you mean 'capabilities'?"],
  [{ read: ["./data"] }, "a policy has no part 'read'"],
  [[], "the definition of a policy must be an object"],
  [{ capabilities: { time: "false" } }, "'time' must be true or false, not of type string"],
  [{ budget: { memory: "1MiB" } }, "a budget has no field 'memory': in a program it is 'maxMemoryBytes'"],
])("%j", (definition, message) => {
  expect(() => definePolicy(definition, base)).toThrow(
    Object.assign(new TypeError(message), { code: "invalid-argument" }),
  );
});

class Denying {
  get random(): boolean {
    return false;
  }
}

class Tenant {
  get fuel(): bigint {
    return 5n;
  }
}

test("what getters answer, and what is inherited, counts", () => {
  const given = { capabilities: new Denying(), budget: new Tenant() };
  for (const definition of [given, Object.create(given)] as const) {
    const { capabilities, budget } = definePolicy(definition, base);
    expect([capabilities.random, budget]).toEqual([false, { fuel: 5n }]);
  }
});

test.each<[object, string]>([
  [new Map([["capabilities", {}]]), "the definition of a policy must be an object"],
  [{ capabilities: new Map([["random", false]]) }, "the capabilities of a policy must be an object"],
  [
    { capabilities: Object.create({ random: false, tyme: false }) },
    "a policy has no capability 'tyme': did you mean 'time'?",
  ],
  [{ capabilities: { read: Array.of("a", undefined) } }, "'read' must be an array of strings"],
])("what would say nothing is refused, case %#", (definition, message) => {
  expect(() => definePolicy(definition, base)).toThrow(
    Object.assign(new TypeError(message), { code: "invalid-argument" }),
  );
});

test.each<[unknown, string]>([
  [new Map(), "the base of a policy must be an object"],
  [null, "the base of a policy must be an object"],
  [{ base: "/w" }, "the platform of a policy must be 'linux', 'darwin', 'win32'"],
  [{ base: "/w", platform: "linux", foo: 1 }, "a policy has no part of its base 'foo'"],
  [{ base: "w", platform: "linux" }, "the base of a policy must be an absolute path"],
  [{ base: "/w", platform: "win32" }, "the base of a policy must be an absolute path"],
  [{ platform: "linux" }, "the base of a policy must be an absolute path"],
])("paths begin nowhere else, case %#", (given, message) => {
  const failure = Object.assign(new TypeError(message), { code: "invalid-argument" });
  expect(() => definePolicy({}, given as typeof base)).toThrow(failure); // whatever JavaScript may hold
});

test("without a base, paths are relative to the process's own directory", () => {
  const policy = definePolicy({ capabilities: { read: ["./data"] } });
  expect([policy.capabilities.read, policy.platform]).toEqual([[resolve("data")], platform() as Platform]);
});
