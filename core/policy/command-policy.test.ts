import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Diagnostic, Problem, renderProblem } from "../diagnostic.ts";
import { exitCode } from "../exit-code.ts";
import { silentReport } from "../report.ts";
import { type CommandPolicyFlags, readCommandPolicy } from "./command-policy.ts";
import { policyDiagnostics } from "./diagnostics.ts";
import { type Enforceable, requireEnforcement } from "./enforcement.ts";

const cwd = mkdtempSync(join(tmpdir(), "policy-"));
afterAll(() => rmSync(cwd, { recursive: true }));
mkdirSync(join(cwd, "etc"));
writeFileSync(
  join(cwd, "etc", "policy.toml"),
  'capabilities = { read = ["data"], log = false }\nbudget = { memory = "1MiB", cpu = "1s" }\n',
);

const place = { cwd, platform: "linux" as const };

async function diagnosticOf(flags: CommandPolicyFlags): Promise<Diagnostic> {
  try {
    await readCommandPolicy(flags, place);
  } catch (error) {
    if (error instanceof Problem) return renderProblem(error, policyDiagnostics);
    throw error;
  }
  throw new Error("no problem was found");
}

test("a file's paths are below its directory, a flag's below the working directory; flags add rights and replace limits", async () => {
  const flags = { policy: ["etc/policy.toml"], "allow-read": ["data"], memory: "2MiB", "deny-time": true };
  expect(await readCommandPolicy(flags, place)).toMatchObject({
    capabilities: { read: [join(cwd, "data"), join(cwd, "etc", "data")], time: false, random: true, log: false },
    budget: { maxMemoryBytes: 2 << 20, cpuMs: 1_000 },
  });
});

test("a file alone, flags alone, and neither", async () => {
  expect((await readCommandPolicy({ policy: [join(cwd, "etc/policy.toml")] }, place))?.budget.cpuMs).toBe(1_000);
  expect((await readCommandPolicy({ fuel: "1" }, place))?.budget).toEqual({ fuel: 1n });
  expect(await readCommandPolicy({}, place)).toBeUndefined();
});

test("E_POLICY_FILE for a file that cannot be read", async () => {
  expect(await diagnosticOf({ policy: ["absent.toml"] })).toMatchObject({
    code: "E_POLICY_FILE",
    message: "cannot read the policy 'absent.toml': it does not exist",
  });
  expect((await diagnosticOf({ policy: ["etc"] })).message).toBe("cannot read the policy 'etc': it is a directory");
  const endless = await diagnosticOf({ policy: ["/dev/zero"] });
  expect(endless.message).toBe("cannot read the policy '/dev/zero': it is no regular file");
  expect((await diagnosticOf({ policy: ["a\0b"] })).message).toBe(
    "cannot read the policy 'a\0b': its name holds a NUL character",
  );
  expect(policyDiagnostics.E_POLICY_FILE.exit).toBe(exitCode.notFound);
});

test("what is wrong in the file is told with the file as it was named", async () => {
  writeFileSync(join(cwd, "latin.toml"), Buffer.from("[budget]\n# caf\u00e9\n", "latin1"));
  expect(await diagnosticOf({ policy: ["latin.toml"] })).toMatchObject({
    code: "E_POLICY_TOML",
    message: "'latin.toml' is not valid TOML: it is not UTF-8",
    spans: [{ file: "latin.toml", line: 2, column: 6 }],
  });
  writeFileSync(join(cwd, "mark.toml"), "\uFEFF[budget]\r\ncpu = '1 day'\r\n");
  expect(await diagnosticOf({ policy: ["mark.toml"] })).toMatchObject({
    code: "E_POLICY_VALUE",
    spans: [{ file: "mark.toml", line: 2, column: 10, end_column: 13 }],
  });
});

test("of several files counts what all of them allow, and flags add to that", async () => {
  writeFileSync(
    join(cwd, "one.toml"),
    'capabilities = { read = ["data", "in"], time = false, random = false }\nbudget.cpu = "1s"\n',
  );
  writeFileSync(
    join(cwd, "two.toml"),
    'capabilities = { read = ["in", "out"] }\nbudget = { cpu = "2s", wall = "9s" }\n',
  );
  for (const policy of [
    ["one.toml", "two.toml"],
    ["two.toml", "one.toml"],
  ]) {
    expect(await readCommandPolicy({ policy, "allow-read": ["more"] }, place)).toMatchObject({
      capabilities: { read: [join(cwd, "in"), join(cwd, "more")], time: false, random: false, log: true },
      budget: { cpuMs: 1_000, wallMs: 9_000 },
    });
  }
  writeFileSync(join(cwd, "wall.toml"), 'budget.wall = "9s"\n');
  const { capabilities } = (await readCommandPolicy({ policy: ["one.toml", "wall.toml"] }, place)) ?? {};
  expect(capabilities).toMatchObject({ read: [], time: false, random: false });
});

test("what cannot be enforced is told where it was written", async () => {
  const text = '[capabilities]\nread = ["."]\nconnect = ["a.org:1"]\ntime = false\n[budget]\ncpu = "1s"\n';
  writeFileSync(join(cwd, "net.toml"), text);
  const policy = await readCommandPolicy({ policy: ["net.toml"], cpu: "2s" }, place);
  const engine: Enforceable = { engine: "none", capabilities: ["read"], budget: [] };
  const enforce = () => policy && requireEnforcement(policy, engine, { report: silentReport, bestEffort: false });
  const told = await Promise.resolve()
    .then(enforce)
    .catch((error: unknown) => error);
  expect(told instanceof Problem && renderProblem(told, policyDiagnostics)).toMatchObject({
    message:
      "the engine 'none' cannot enforce 'capabilities.connect' in 'net.toml', 'capabilities.time' in 'net.toml', 'budget.cpu' in 'net.toml', '--cpu'",
    spans: [
      { file: "net.toml", line: 3, column: 1, end_column: 8 },
      { file: "net.toml", line: 4, column: 1, end_column: 5 },
      { file: "net.toml", line: 6, column: 1, end_column: 4 },
    ],
  });
});

test("tables of a project's file are told where they belong", async () => {
  writeFileSync(join(cwd, "pyproject.toml"), "[tool.vivarium.capabilities]\nread = []\n");
  expect(await diagnosticOf({ policy: ["pyproject.toml"] })).toMatchObject({
    code: "E_POLICY_KEY",
    hint: "A file of `--policy` has `[capabilities]` and `[budget]` at its top, without `tool.vivarium`.",
  });
});
