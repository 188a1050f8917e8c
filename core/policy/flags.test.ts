import { expect, test } from "bun:test";
import { Problem, renderProblem } from "../diagnostic.ts";
import { exitCode } from "../exit-code.ts";
import { policyDiagnostics } from "./diagnostics.ts";
import { type PolicyFlags, readPolicyFlags } from "./flags.ts";
import { policyOptions } from "./options.ts";

const base = { base: "/w", platform: "linux" } as const;

test("every flag, repeated and with commas", () => {
  const policy = readPolicyFlags(
    {
      "allow-read": ["data,/etc/hosts", "a,,b"],
      "allow-write": ["out"],
      "allow-connect": ["API.example.org:443,[::1]:80"],
      "allow-listen": ["127.0.0.1:8080"],
      "allow-env": ["LANG,AWS_*"],
      "allow-exec": ["git,./tool"],
      "allow-ipc": ["jobs"],
      "deny-time": true,
      "deny-random": false,
      memory: "256MiB",
      cpu: "5s",
      wall: "30s",
      processes: "8",
      output: "10MiB",
      fuel: "1000000",
    },
    base,
  );
  expect(policy).toEqual({
    platform: "linux",
    capabilities: {
      read: ["/etc/hosts", "/w/a,b", "/w/data"],
      write: ["/w/out"],
      connect: ["[::1]:80", "api.example.org:443"],
      listen: ["127.0.0.1:8080"],
      env: ["AWS_*", "LANG"],
      exec: ["/w/tool", "git"],
      ipc: ["jobs"],
      time: false,
      random: true,
      log: true,
    },
    budget: {
      maxMemoryBytes: 268_435_456,
      cpuMs: 5_000,
      wallMs: 30_000,
      maxInstances: 8,
      maxOutputBytes: 10_485_760,
      fuel: 1_000_000n,
    },
  });
});

test("no flag is no policy; as soon as there is one, all that it does not name is denied but time, random and log", () => {
  expect(readPolicyFlags({}, base)).toBeUndefined();
  expect(readPolicyFlags({ "allow-read": [], "deny-log": false, memory: undefined }, base)).toBeUndefined();
  const nothing = { read: [], write: [], connect: [], listen: [], env: [], exec: [], ipc: [] };
  const free = { time: true, random: true, log: true };
  expect(readPolicyFlags({ memory: "1MiB" }, base)?.capabilities).toEqual({ ...nothing, ...free });
  expect(readPolicyFlags({ "deny-log": true }, base)?.capabilities).toEqual({ ...nothing, ...free, log: false });
});

test.each<[PolicyFlags, string, string, number, number]>([
  [
    { "allow-connect": ["a.org:443,b.org"] },
    "--allow-connect=a.org:443,b.org",
    "cannot use 'b.org' for --allow-connect: it has no port",
    32,
    33,
  ],
  [
    { "allow-connect": ["a.org:443", "b.org:x"] },
    "--allow-connect=b.org:x",
    "cannot use 'b.org:x' for --allow-connect: it has no port from 0 to 65535",
    23,
    24,
  ],
  [
    { "allow-read": ["a,,b,"] },
    "--allow-read=a,,b,",
    "cannot use 'a,,b,' for --allow-read: it has an empty item",
    19,
    20,
  ],
  [
    { "allow-read": ["a,,\0"] },
    "--allow-read=a,,\0",
    "cannot use 'a,\0' for --allow-read: it holds a NUL character",
    17,
    18,
  ],
  [
    { "allow-env": ["LANG,A=1"] },
    "--allow-env=LANG,A=1",
    "cannot use 'A=1' for --allow-env: it has a character that no variable's name has",
    19,
    20,
  ],
  [
    { "allow-env": ["*"] },
    "--allow-env=*",
    "cannot use '*' for --allow-env: it has a '*' without a beginning of a name before it",
    13,
    14,
  ],
  [
    { "allow-env": ["A*B"] },
    "--allow-env=A*B",
    "cannot use 'A*B' for --allow-env: it has a '*' that is not at its end",
    14,
    15,
  ],
  [
    { "allow-ipc": ["a\nb"] },
    "--allow-ipc=a\nb",
    "cannot use 'a b' for --allow-ipc: it has a control character",
    14,
    15,
  ],
  [
    { "allow-listen": ["*:80"] },
    "--allow-listen=*:80",
    "cannot use '*:80' for --allow-listen: it has a '*', which stands for nothing",
    16,
    17,
  ],
  [
    { memory: "256" },
    "--memory=256",
    "cannot use '256' for --memory: it has no unit (B, kB, MB, GB, TB, KiB, MiB, GiB, TiB)",
    13,
    14,
  ],
  [
    { wall: "5 sec" },
    "--wall=5 sec",
    "cannot use '5 sec' for --wall: it has a unit that is none of ms, s, m, h",
    10,
    13,
  ],
  [{ fuel: "1e6" }, "--fuel=1e6", "cannot use '1e6' for --fuel: it has more than digits in it", 9, 11],
])("E_POLICY_FLAG for %o", (flags, text, message, column, end_column) => {
  const rendered = renderProblem(problemOf(flags), policyDiagnostics);
  expect(rendered).toMatchObject({ code: "E_POLICY_FLAG", message, spans: [{ line: 1, column, end_column, text }] });
  expect(policyDiagnostics.E_POLICY_FLAG.exit).toBe(exitCode.usage);
});

function problemOf(flags: PolicyFlags): Problem {
  try {
    readPolicyFlags(flags, base);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("no problem was found");
}

test("a path too long is refused before anybody looks it up", () => {
  const rendered = renderProblem(problemOf({ "allow-read": ["x".repeat(5_000)] }), policyDiagnostics);
  expect(rendered.message).toContain("is longer than 4096 characters");
});

test("each flag has an option, and the options beside them are the command's", () => {
  const flags: Required<PolicyFlags> = {
    "allow-read": [],
    "allow-write": [],
    "allow-connect": [],
    "allow-listen": [],
    "allow-env": [],
    "allow-exec": [],
    "allow-ipc": [],
    "deny-time": false,
    "deny-random": false,
    "deny-log": false,
    memory: undefined,
    cpu: undefined,
    wall: undefined,
    processes: undefined,
    output: undefined,
    fuel: undefined,
  };
  const others = ["policy", "best-effort"];
  expect(Object.keys(policyOptions).sort()).toEqual([...Object.keys(flags), ...others].sort());
});
