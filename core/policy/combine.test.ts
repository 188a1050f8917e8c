import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Platform } from "../paths.ts";
import { testSeed } from "../testing/seed.ts";
import { allows, type CapabilityRequest } from "./allows.ts";
import { extendPolicy, intersectPolicies } from "./combine.ts";
import { type PolicyFlags, readPolicyFlags } from "./flags.ts";
import { grantNothing, type Policy } from "./policy.ts";

const bases: Readonly<Record<Platform, string>> = { linux: "/w", darwin: "/w", win32: "C:\\w" };

function policyOf(flags: PolicyFlags, platform: Platform = "linux"): Policy {
  return readPolicyFlags(flags, { base: bases[platform], platform }) ?? grantNothing(platform);
}

/** Few names, so that grants and requests meet often. */
const names = fc.constantFrom("a", "b", "A");
const paths = fc.array(names, { maxLength: 3 });
const hosts = fc.array(fc.constantFrom("a", "b"), { minLength: 1, maxLength: 3 }).map((labels) => labels.join("."));
const pathTexts = (platform: Platform) =>
  paths.map((parts) => (platform === "win32" ? `c:/${parts.join("/")}` : `/${parts.join("/")}`));

const policies = (platform: Platform): fc.Arbitrary<Policy> =>
  fc
    .record({
      "allow-read": fc.array(pathTexts(platform), { maxLength: 3 }),
      "allow-write": fc.array(pathTexts(platform), { maxLength: 2 }),
      "allow-connect": fc.array(
        fc.tuple(fc.constantFrom("", "*."), hosts).map(([star, host]) => `${star}${host}:1`),
        { maxLength: 3 },
      ),
      "allow-env": fc.array(
        fc.tuple(paths, fc.constantFrom("", "*")).map(([parts, star]) => `X${parts.join("")}${star}`),
        { maxLength: 3 },
      ),
      "allow-exec": fc.array(names, { maxLength: 2 }),
      "allow-ipc": fc.array(names, { maxLength: 2 }),
      "deny-time": fc.boolean(),
      "deny-log": fc.boolean(),
    })
    .map((flags) => policyOf(flags, platform));

const requests = (platform: Platform): fc.Arbitrary<CapabilityRequest> =>
  fc.oneof(
    fc.record({ capability: fc.constantFrom("read" as const, "write" as const), path: pathTexts(platform) }),
    fc.record({ capability: fc.constant("connect" as const), host: hosts, port: fc.constant(1) }),
    fc.record({ capability: fc.constant("connect" as const), host: hosts }),
    fc.record({ capability: fc.constant("env" as const), name: paths.map((parts) => `X${parts.join("")}`) }),
    fc.record({ capability: fc.constant("exec" as const), program: names }),
    fc.record({ capability: fc.constant("ipc" as const), name: names }),
    fc.record({ capability: fc.constantFrom("time" as const, "random" as const, "log" as const) }),
  );

const cases = fc
  .constantFrom<Platform>("linux", "win32")
  .chain((platform) => fc.tuple(policies(platform), policies(platform), policies(platform), requests(platform)));

test("an intersection allows what both allow, no more and no less, whichever comes first", () => {
  const property = fc.property(cases, ([a, b, c, request]) => {
    const both = allows(a, request) && allows(b, request);
    expect(allows(intersectPolicies(a, b), request)).toBe(both);
    expect(allows(intersectPolicies(b, a), request)).toBe(both);
    expect(allows(intersectPolicies(intersectPolicies(a, b), c), request)).toBe(both && allows(c, request));
    expect(intersectPolicies(a, b).capabilities).toEqual(intersectPolicies(b, a).capabilities);
    expect(intersectPolicies(a, a).capabilities).toEqual(a.capabilities);
    expect(intersectPolicies(a, grantNothing(a.platform)).capabilities.read).toEqual([]);
  });
  fc.assert(property, { seed: testSeed, numRuns: 1_500 });
}, 30_000);

test("an extension allows what either allows, and what both together do not deny", () => {
  const property = fc.property(cases, ([a, b, , request]) => {
    const isAmbient = ["time", "random", "log"].includes(request.capability);
    const expected = isAmbient ? allows(a, request) && allows(b, request) : allows(a, request) || allows(b, request);
    expect(allows(extendPolicy(a, b), request)).toBe(expected);
    expect(extendPolicy(a, b).capabilities).toEqual(extendPolicy(b, a).capabilities);
  });
  fc.assert(property, { seed: testSeed, numRuns: 1_000 });
});

test("the narrower one of two nested grants is left", () => {
  const a = policyOf({
    "allow-read": ["/data"],
    "allow-connect": ["*.example.org:443,other.org:80"],
    "allow-env": ["A*"],
  });
  const b = policyOf({
    "allow-read": ["/data/x,/etc"],
    "allow-connect": ["*.api.example.org:443"],
    "allow-env": ["AB*,C"],
  });
  expect(intersectPolicies(a, b).capabilities).toMatchObject({
    read: ["/data/x"],
    connect: ["*.api.example.org:443"],
    env: ["AB*"],
  });
});

test("who may write on one side and read on the other may read", () => {
  const both = intersectPolicies(policyOf({ "allow-write": ["/d"] }), policyOf({ "allow-read": ["/d/x"] }));
  expect(both.capabilities).toMatchObject({ read: ["/d/x"], write: [] });
});

test("lists are sorted and hold nothing twice", () => {
  const { capabilities } = policyOf({ "allow-read": ["/b,/a,/a/x,/b/", "/w/y"], "allow-write": ["/w"] });
  expect(capabilities).toMatchObject({ read: ["/a", "/b"], write: ["/w"] });
});

test("budgets: the lower limit of an intersection, the later one of an extension", () => {
  const [a, b] = [policyOf({ memory: "1MiB", cpu: "1s" }), policyOf({ memory: "2MiB", wall: "3s" })];
  expect(intersectPolicies(a, b).budget).toEqual({ maxMemoryBytes: 1 << 20, cpuMs: 1_000, wallMs: 3_000 });
  expect(extendPolicy(a, b).budget).toEqual({ maxMemoryBytes: 2 << 20, cpuMs: 1_000, wallMs: 3_000 });
});

test("ten thousand grants meet ten thousand others at once", () => {
  const list = (step: number) => Array.from({ length: 10_000 }, (_, index) => `/d/${index * step}/x/y/z`);
  const both = intersectPolicies(policyOf({ "allow-read": list(2) }), policyOf({ "allow-read": list(3) }));
  expect(both.capabilities.read).toHaveLength(3_334);
}, 2_000);
