import { expect, test } from "bun:test";
import { type Diagnostic, Problem, renderProblem } from "../diagnostic.ts";
import { exitCode } from "../exit-code.ts";
import { policyDiagnostics } from "./diagnostics.ts";
import { readPolicyTables } from "./tables.ts";
import { parsePolicyFile } from "./toml.ts";

const file = (text: string) => ({ file: "policy.toml", text, base: "/etc/app", platform: "linux" as const });

test("every key, relative to the file's directory", async () => {
  const policy = await parsePolicyFile(
    file(`
[capabilities]
read = ["./data"]
write = ["out"]
connect = ["api.example.org:443"]
listen = ["127.0.0.1:8080"]
env = ["LANG"]
exec = ["git"]
ipc = ["jobs"]
time = false

[budget]
memory = "256MiB"
cpu = "5s"
wall = "30s"
processes = 8
output = "10MiB"
fuel = 1_000_000
`),
  );
  expect(policy).toEqual({
    platform: "linux",
    capabilities: {
      read: ["/etc/app/data"],
      write: ["/etc/app/out"],
      connect: ["api.example.org:443"],
      listen: ["127.0.0.1:8080"],
      env: ["LANG"],
      exec: ["git"],
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

test("an empty file grants nothing, and `time = true` is what holds anyway", async () => {
  const empty = await parsePolicyFile(file(""));
  expect(empty.capabilities).toMatchObject({ read: [], time: true, random: true, log: true });
  expect(await parsePolicyFile(file("capabilities.time = true\n"))).toEqual(empty);
});

test("commas in paths are no separators here", async () => {
  const policy = await parsePolicyFile(file('capabilities.read = ["a,b,,c"]'));
  expect(policy.capabilities.read).toEqual(["/etc/app/a,b,,c"]);
});

async function diagnosticOf(text: string): Promise<Diagnostic> {
  try {
    await parsePolicyFile(file(text));
  } catch (error) {
    if (error instanceof Problem) return renderProblem(error, policyDiagnostics);
    throw error;
  }
  throw new Error("no problem was found");
}

test.each<[string, string, string, [number, number, number, number]]>([
  [
    '[capabilities]\nconnect = [\n  "a.org:443", # fine\n  "b.org:99999",\n]\n',
    "E_POLICY_VALUE",
    "cannot use 'b.org:99999' for 'capabilities.connect[1]' in 'policy.toml': it has no port from 0 to 65535",
    [4, 10, 4, 15],
  ],
  [
    'capabilities = { env = ["A\\u0042=", "C"] }',
    "E_POLICY_VALUE",
    "cannot use 'AB=' for 'capabilities.env[0]' in 'policy.toml': it has a character that no variable's name has",
    [1, 33, 1, 34],
  ],
  [
    'budget.memory = "256mib"',
    "E_POLICY_VALUE",
    "cannot use '256mib' for 'budget.memory' in 'policy.toml': it has a unit that is spelt 'MiB', and nothing else",
    [1, 21, 1, 24],
  ],
  [
    "[budget]\nwall = '30'",
    "E_POLICY_VALUE",
    "cannot use '30' for 'budget.wall' in 'policy.toml': it has no unit (ms, s, m, h)",
    [2, 11, 2, 12],
  ],
  [
    "[budget]\nmemory = 256\n",
    "E_POLICY_TYPE",
    "'budget.memory' in 'policy.toml' must be a size in quotes, such as '256MiB'",
    [2, 10, 2, 13],
  ],
  [
    "[budget]\nprocesses = -1",
    "E_POLICY_TYPE",
    "'budget.processes' in 'policy.toml' must be a whole number from 0 to 9007199254740991",
    [2, 13, 2, 15],
  ],
  ...["1e3", "2.0", "inf", "9007199254740992"].map(
    (number): [string, string, string, [number, number, number, number]] => [
      `[budget]\nfuel = ${number}`,
      "E_POLICY_TYPE",
      "'budget.fuel' in 'policy.toml' must be a whole number from 0 to 9007199254740991",
      [2, 8, 2, 8 + number.length],
    ],
  ),
  [
    '[budget]\nfuel = "1"',
    "E_POLICY_TYPE",
    "'budget.fuel' in 'policy.toml' must be a whole number from 0 to 9007199254740991",
    [2, 8, 2, 11],
  ],
  [
    'capabilities.read = "./data"',
    "E_POLICY_TYPE",
    "'capabilities.read' in 'policy.toml' must be an array of strings",
    [1, 21, 1, 29],
  ],
  [
    'capabilities.read = ["a", 1]',
    "E_POLICY_TYPE",
    "'capabilities.read[1]' in 'policy.toml' must be a string",
    [1, 27, 1, 28],
  ],
  [
    'capabilities.time = "no"',
    "E_POLICY_TYPE",
    "'capabilities.time' in 'policy.toml' must be true or false",
    [1, 21, 1, 25],
  ],
  ["budget = 1979-05-27 07:32:00 # when", "E_POLICY_TYPE", "'budget' in 'policy.toml' must be a table", [1, 10, 1, 29]],
  [
    "[capabilities]\nraed = []",
    "E_POLICY_KEY",
    "'capabilities.raed' in 'policy.toml' is not a part of a policy",
    [2, 1, 2, 5],
  ],
  ['[budget]\n"a b" = 1', "E_POLICY_KEY", "'budget.\"a b\"' in 'policy.toml' is not a part of a policy", [2, 1, 2, 6]],
  [
    "[capabilites]\nread = []",
    "E_POLICY_KEY",
    "'capabilites' in 'policy.toml' is not a part of a policy",
    [1, 2, 1, 13],
  ],
])("%s", async (text, code, message, [line, column, end_line, end_column]) => {
  const diagnostic = await diagnosticOf(text);
  const spans = [{ file: "policy.toml", line, column, end_line, end_column }];
  expect(diagnostic).toMatchObject({ code, message, spans });
});

test("a misspelt key is told what it was meant as", async () => {
  expect((await diagnosticOf("[capabilities]\nraed = []")).hint).toBe("Did you mean `read`?");
  expect((await diagnosticOf("[capabilities]\nzzzzzz = []")).hint).toBeUndefined();
});

test("E_POLICY_TOML at its line and column; all of these end with 78", async () => {
  const diagnostic = await diagnosticOf("[capabilities]\nread = [\n");
  expect(diagnostic).toMatchObject({ code: "E_POLICY_TOML", spans: [{ file: "policy.toml", line: 3, column: 1 }] });
  const { E_POLICY_TOML, E_POLICY_VALUE, E_POLICY_TYPE, E_POLICY_KEY } = policyDiagnostics;
  for (const { exit } of [E_POLICY_TOML, E_POLICY_VALUE, E_POLICY_TYPE, E_POLICY_KEY])
    expect(exit).toBe(exitCode.config);
});

test("tables of a larger document are named by their whole path, and without them there is no policy", () => {
  const source = {
    file: "pyproject.toml",
    base: "/p",
    platform: "linux" as const,
    path: ["tool", "vivarium"],
    placeOf: () => ({ file: "pyproject.toml", line: 7, column: 3 }),
  };
  expect(readPolicyTables({}, source)).toBeUndefined();
  expect(readPolicyTables({ capabilities: {} }, source)?.capabilities.read).toEqual([]);
  expect(() => readPolicyTables({ budget: { cpu: true } }, source)).toThrow(
    expect.objectContaining({
      code: "E_POLICY_TYPE",
      params: expect.objectContaining({ field: "tool.vivarium.budget.cpu" }),
      spans: [{ file: "pyproject.toml", line: 7, column: 3 }],
    }),
  );
});
