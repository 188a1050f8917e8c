/** Policies that a program gives: whatever JavaScript may hold. */
import { expect, test } from "bun:test";
import { definePolicy } from "./define-policy.ts";
import type { Capabilities, Policy } from "./policy.ts";
import { requirePolicy } from "./require-policy.ts";

const base = { base: "/w", platform: "linux" } as const;
const policy = definePolicy({ capabilities: { read: ["data"], random: false }, budget: { fuel: 5n } }, base);

class Kept {
  readonly #policy: Policy;

  constructor(of: Policy) {
    this.#policy = of;
  }

  get platform(): Policy["platform"] {
    return this.#policy.platform;
  }

  get capabilities(): Capabilities {
    return this.#policy.capabilities;
  }

  get budget(): Policy["budget"] {
    return this.#policy.budget;
  }
}

test("what is read by getters, or inherited, is the policy as well", () => {
  expect(requirePolicy(new Kept(policy))).toStrictEqual(policy);
  expect(requirePolicy(Object.create(policy))).toStrictEqual(policy);
  expect(requirePolicy({ ...policy, capabilities: Object.create(policy.capabilities) })).toStrictEqual(policy);
});

test("what becomes of its objects later changes nothing", () => {
  const given = { ...policy, capabilities: { ...policy.capabilities, read: ["/w/data"] }, budget: { fuel: 5n } };
  const taken = requirePolicy(given);
  given.capabilities.read.push("/");
  given.capabilities.random = true;
  given.budget.fuel = 1_000n;
  expect(taken).toStrictEqual(policy);
});

const { random: _, ...withoutRandom } = policy.capabilities;

test.each<[unknown, string]>([
  [5, "a policy must be an object"],
  [[], "a policy must be an object"],
  [new Map(Object.entries(policy)), "a policy must be an object"],
  [{ ...policy, platform: undefined }, "the platform of a policy must be 'linux', 'darwin', 'win32'"],
  [{ ...policy, budgets: {} }, "a policy has no part 'budgets': did you mean 'budget'?"],
  [
    { ...policy, budget: undefined },
    "a policy must be an object with capabilities and a budget, as 'definePolicy' makes it",
  ],
  [
    { ...policy, capabilities: withoutRandom },
    "a policy must be an object with 'random' among its capabilities, as 'definePolicy' makes it",
  ],
  [
    { ...policy, capabilities: { ...policy.capabilities, random: "false" } },
    "'random' must be true or false, not of type string",
  ],
  [{ ...policy, capabilities: { ...policy.capabilities, read: "/" } }, "'read' must be an array of strings"],
  [
    { ...policy, budget: new Map() },
    "a budget must be an object with fields such as 'maxMemoryBytes', not an object of another kind",
  ],
])("case %#", (given, message) => {
  const failure = Object.assign(new TypeError(message), { code: "invalid-argument" });
  expect(() => requirePolicy(given as Policy)).toThrow(failure); // whatever JavaScript may hold
});
