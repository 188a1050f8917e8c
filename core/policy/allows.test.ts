import { expect, test } from "bun:test";
import fc from "fast-check";
import * as v from "valibot";
import { renderProblem } from "../diagnostic.ts";
import { capabilityDenied } from "../events/capability-denied.ts";
import { exitCode } from "../exit-code.ts";
import type { Platform } from "../paths.ts";
import { testSeed } from "../testing/seed.ts";
import { allows, type CapabilityRequest, denialEvent, denialOf, denialProblem } from "./allows.ts";
import { intersectPolicies } from "./combine.ts";
import { policyDiagnostics } from "./diagnostics.ts";
import { type PolicyFlags, readPolicyFlags } from "./flags.ts";
import { grantNothing, type Policy } from "./policy.ts";

const bases: Readonly<Record<Platform, string>> = { linux: "/w", darwin: "/w", win32: "C:\\w" };

function policyOf(flags: PolicyFlags, platform: Platform = "linux"): Policy {
  return readPolicyFlags(flags, { base: bases[platform], platform }) ?? grantNothing(platform);
}

const read = (path: string): CapabilityRequest => ({ capability: "read", path });
const write = (path: string): CapabilityRequest => ({ capability: "write", path });
const connect = (host: string, port?: number): CapabilityRequest =>
  port === undefined ? { capability: "connect", host } : { capability: "connect", host, port };

test.each<[string, PolicyFlags, CapabilityRequest, boolean]>([
  ["the folder itself", { "allow-read": ["data"] }, read("/w/data"), true],
  ["below it", { "allow-read": ["data"] }, read("/w/data/a/b"), true],
  ["a neighbour whose name begins alike", { "allow-read": ["data"] }, read("/w/data2"), false],
  ["out by ..", { "allow-read": ["data"] }, read("/w/data/../x"), false],
  ["above it", { "allow-read": ["data"] }, read("/w"), false],
  ["all", { "allow-read": ["/"] }, read("/etc/passwd"), true],
  ["a relative path", { "allow-read": ["/"] }, read("x"), false],
  ["a path with a NUL", { "allow-read": ["/"] }, read("/x\0y"), false],
  ["reading where one may write", { "allow-write": ["out"] }, read("/w/out/x"), true],
  ["writing where one may read", { "allow-read": ["out"] }, write("/w/out/x"), false],
  ["a host", { "allow-connect": ["a.org:443"] }, connect("A.org.", 443), true],
  ["another port", { "allow-connect": ["a.org:443"] }, connect("a.org", 80), false],
  ["a subdomain", { "allow-connect": ["*.a.org:443"] }, connect("x.y.a.org", 443), true],
  ["the domain of a wildcard", { "allow-connect": ["*.a.org:443"] }, connect("a.org", 443), false],
  ["a suffix that is no domain", { "allow-connect": ["*.a.org:443"] }, connect("xa.org", 443), false],
  ["a request for a wildcard", { "allow-connect": ["*.a.org:443"] }, connect("*.a.org", 443), false],
  ["look-up of a name", { "allow-connect": ["a.org:443"] }, connect("a.org"), true],
  ["look-up of a subdomain", { "allow-connect": ["*.a.org:443"] }, connect("x.a.org"), true],
  ["look-up of another name", { "allow-connect": ["a.org:443"] }, connect("b.org"), false],
  ["IPv6, another spelling", { "allow-connect": ["[::1]:80"] }, connect("0:0::1", 80), true],
  ["an address that a name stands for", { "allow-connect": ["localhost:80"] }, connect("127.0.0.1", 80), false],
  ["listen", { "allow-listen": ["127.0.0.1:80"] }, { capability: "listen", host: "127.0.0.1", port: 80 }, true],
  ["listen on all", { "allow-listen": ["127.0.0.1:80"] }, { capability: "listen", host: "0.0.0.0", port: 80 }, false],
  ["listening is not connecting", { "allow-listen": ["127.0.0.1:80"] }, connect("127.0.0.1", 80), false],
  ["a variable", { "allow-env": ["LANG"] }, { capability: "env", name: "LANG" }, true],
  ["its case", { "allow-env": ["LANG"] }, { capability: "env", name: "lang" }, false],
  ["a prefix", { "allow-env": ["AWS_*"] }, { capability: "env", name: "AWS_KEY" }, true],
  ["a prefix alone", { "allow-env": ["AWS_*"] }, { capability: "env", name: "AWS_" }, true],
  ["less than a prefix", { "allow-env": ["AWS_*"] }, { capability: "env", name: "AWS" }, false],
  ["a program by name", { "allow-exec": ["git"] }, { capability: "exec", program: "git" }, true],
  ["a program's path", { "allow-exec": ["git"] }, { capability: "exec", program: "/usr/bin/git" }, false],
  ["a program by path", { "allow-exec": ["./tool"] }, { capability: "exec", program: "/w/tool" }, true],
  ["what is below a program", { "allow-exec": ["./tool"] }, { capability: "exec", program: "/w/tool/x" }, false],
  ["a channel", { "allow-ipc": ["jobs"] }, { capability: "ipc", name: "jobs" }, true],
  ["another channel", { "allow-ipc": ["jobs"] }, { capability: "ipc", name: "job" }, false],
  ["time", { "allow-ipc": ["jobs"] }, { capability: "time" }, true],
  ["time that is denied", { "deny-time": true }, { capability: "time" }, false],
  ["random beside time that is denied", { "deny-time": true }, { capability: "random" }, true],
  ["log that is denied", { "deny-log": true }, { capability: "log" }, false],
  ["anything that is not named", { memory: "1MiB" }, { capability: "env", name: "LANG" }, false],
])("%s", (_, flags, request, expected) => {
  expect(allows(policyOf(flags), request)).toBe(expected);
});

test.each<[string, PolicyFlags, CapabilityRequest, boolean]>([
  ["case of paths", { "allow-read": ["c:/Data"] }, read("C:\\dATA\\x"), true],
  ["case beyond ASCII", { "allow-read": ["c:/\u00c4"] }, read("C:\\\u00e4"), false],
  ["another drive", { "allow-read": ["c:/"] }, read("D:\\x"), false],
  ["a share", { "allow-read": ["//s/t"] }, read("\\\\S\\T\\x"), true],
  ["a device", { "allow-read": ["c:/"] }, read("\\\\?\\C:\\x"), false],
  ["a stream of a file", { "allow-read": ["c:/x"] }, read("c:\\x:y"), false],
  ["case of variables", { "allow-env": ["Path"] }, { capability: "env", name: "PATH" }, true],
  ["case of programs", { "allow-exec": ["Git.exe"] }, { capability: "exec", program: "git.EXE" }, true],
])("Windows: %s", (_, flags, request, expected) => {
  expect(allows(policyOf(flags, "win32"), request)).toBe(expected);
});

test.each<[CapabilityRequest, string | undefined, string | undefined]>([
  [read("/w/./data,1/x"), "--allow-read=/w/data,,1/x", "/w/data,1/x"],
  [write("/w/out"), "--allow-write=/w/out", "/w/out"],
  [connect("API.example.org", 443), "--allow-connect=api.example.org:443", "api.example.org:443"],
  [connect("::1", 443), "--allow-connect=[::1]:443", "[::1]:443"],
  [connect("api.example.org"), undefined, "api.example.org"],
  [{ capability: "listen", host: "0.0.0.0", port: 0 }, "--allow-listen=0.0.0.0:0", "0.0.0.0:0"],
  [{ capability: "env", name: "LANG" }, "--allow-env=LANG", "LANG"],
  [{ capability: "exec", program: "git" }, "--allow-exec=git", "git"],
  [{ capability: "ipc", name: "jobs" }, "--allow-ipc=jobs", "jobs"],
  [{ capability: "env", name: "A*" }, undefined, "A*"],
  [{ capability: "exec", program: "./x" }, undefined, "./x"],
  [read("relative"), undefined, "relative"],
])("the denial of %o", (request, flag, requested) => {
  const { capability } = request;
  const denial = denialOf(grantNothing("linux"), request);
  expect(denial).toEqual({
    capability,
    deniedBy: "caller",
    ...(requested === undefined ? {} : { requested }),
    ...(flag === undefined ? {} : { flag }),
  });
});

test("the flag that a denial names grants what was asked for, and not its neighbours", () => {
  const texts = fc.string({
    minLength: 1,
    maxLength: 8,
    unit: fc.constantFrom("a", ",", ".", "/", "-", "\u00e9", " "),
  });
  const requests = fc.oneof(
    texts.map((text) => read(`/${text}`)),
    texts.map((name): CapabilityRequest => ({ capability: "ipc", name })),
    texts.map((name): CapabilityRequest => ({ capability: "env", name })),
    fc.domain().map((host) => connect(host, 443)),
  );
  const property = fc.property(requests, (request) => {
    const [, kind = "", value = ""] =
      /^--allow-(\w+)=(.*)$/s.exec(denialOf(grantNothing("linux"), request)?.flag ?? "") ?? [];
    const policy = policyOf({ [`allow-${kind}`]: [value] });
    expect(allows(policy, request)).toBe(true);
    expect(allows(policy, { capability: "ipc", name: "neighbour" })).toBe(false);
    expect(allows(policy, write("/"))).toBe(false);
  });
  fc.assert(property, { seed: testSeed, numRuns: 1_000 });
});

test("a denial by the workload's own policy names no flag, for none would help", () => {
  const own = policyOf({ "allow-read": ["/data"] });
  const policy = intersectPolicies(policyOf({ "allow-env": ["LANG"] }), own);
  expect(denialOf(policy, { capability: "env", name: "LANG" })).toMatchObject({ deniedBy: "workload" });
  expect(denialOf(policy, { capability: "env", name: "LANG" })).not.toHaveProperty("flag");
  expect(denialOf(policy, read("/data/x"))).toMatchObject({ deniedBy: "caller", flag: "--allow-read=/data/x" });
});

test("E_CAPABILITY_DENIED ends with 77, and its fix is the one flag", () => {
  const render = (request: CapabilityRequest, policy = policyOf({ "deny-time": true })) => {
    const denial = denialOf(policy, request);
    expect(denial).toBeDefined();
    return denial === undefined ? undefined : renderProblem(denialProblem(denial), policyDiagnostics);
  };
  expect(render(read("/etc/passwd"))).toMatchObject({
    code: "E_CAPABILITY_DENIED",
    message: "cannot read '/etc/passwd': the policy does not allow it",
    hint: "Allow it with `--allow-read=/etc/passwd`.",
    fixes: [{ kind: "option", text: "--allow-read=/etc/passwd" }],
  });
  expect(render({ capability: "time" })).toMatchObject({
    message: "cannot read the clock: the policy does not allow it",
    hint: "Leave `--deny-time`, or `time = false`, away.",
    fixes: [],
  });
  expect(render(connect("a.org"))).toMatchObject({ hint: "Grants are written as `--allow-connect=…`." });
  const narrowed = intersectPolicies(policyOf({ "allow-env": ["LANG"] }), grantNothing("linux"));
  expect(render({ capability: "env", name: "LANG" }, narrowed)?.hint).toContain("[capabilities]");
  expect(policyDiagnostics.E_CAPABILITY_DENIED.exit).toBe(exitCode.denied);
});

test("a flag is shown as a word of a shell, since whoever named the place chose its letters", () => {
  const render = (path: string) => {
    const denial = denialOf(grantNothing("linux"), read(path));
    expect(denial).toBeDefined();
    return denial === undefined ? undefined : renderProblem(denialProblem(denial), policyDiagnostics);
  };
  expect(render("/q/$(id) x/in")).toMatchObject({
    hint: "Allow it with `'--allow-read=/q/$(id) x/in'`.",
    fixes: [{ text: "--allow-read=/q/$(id) x/in" }],
  });
  expect(render("/it's/`id`")?.hint).toBe("Allow it with `'--allow-read=/it'\"'\"'s/`id`'`.");
});

test.each<CapabilityRequest>([read("/x"), { capability: "random" }, connect("a.org")])("the event of %o", (request) => {
  const denial = denialOf(policyOf({ "deny-random": true }), request);
  expect(denial).toBeDefined();
  if (denial === undefined) return;
  const fields = denialEvent(denial);
  expect(v.is(capabilityDenied.fields, fields)).toBe(true);
  expect(fields).toMatchObject({ capability: request.capability, denied_by: "caller" });
});
