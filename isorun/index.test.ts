/** A project that depends on the package has what the door gives, with its types. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "@vivarium/cli/testing/run-fixture";
import { built } from "../tests/components/built.ts";

const repository = join(import.meta.dir, "..");
const scratch = mkdtempSync(join(tmpdir(), "isorun-library-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const program = `
import { BudgetExhausted, LinkError, Runtime, type SystemComponent } from "@vivarium/isorun";
import { WasiDir, WasiStdio } from "@vivarium/isorun/wasi";

const [words = "", countFiles = "", directory = ""] = process.argv.slice(2);
const runtime = new Runtime();

await using counter = await runtime.instance(await runtime.load(words)).instantiate();
console.log(await counter.call("vivarium:words/count@0.1.0#words", ["to be or not to be"]));
runtime.registerInstance("counter", counter);
console.log(runtime.registered("counter") === counter, counter.state);

const component = await runtime.load(countFiles);
const alone = await runtime.instance(component).instantiate().catch((error: unknown) => error);
if (!(alone instanceof LinkError)) throw alone;
console.log(alone.code, [...new Set(alone.problems.map((problem) => problem.provider))]);

const shout: SystemComponent = new WasiStdio({ stdout: (bytes) => console.log(new TextDecoder().decode(bytes).trim()) });
const linked = () => runtime
  .instance(component)
  .linkSystem(new WasiDir(directory, { access: "write" }))
  .linkSystem(shout);
const instance = await linked().budget({ fuel: 10_000_000n }).instantiate();
await instance.call("wasi:cli/run@0.2.12#run");
console.log(instance.usage().fuel > 0n);

const poor = await linked().budget({ fuel: 100n }).instantiate();
const spent = await poor.call("wasi:cli/run@0.2.12#run").catch((error: unknown) => error);
if (!(spent instanceof BudgetExhausted)) throw spent;
console.log(spent.field, poor.state);
await runtime.close();
`;

const configuration = {
  extends: join(repository, "tsconfig.json"),
  compilerOptions: { typeRoots: [join(repository, "node_modules", "@types")] },
  include: ["program.ts"],
};

beforeAll(() => {
  mkdirSync(join(scratch, "node_modules", "@vivarium"), { recursive: true });
  symlinkSync(join(repository, "isorun"), join(scratch, "node_modules", "@vivarium", "isorun"));
  for (const folder of ["in", "out"]) mkdirSync(join(scratch, "data", folder), { recursive: true });
  writeFileSync(join(scratch, "data", "in", "a.txt"), "b a b\n");
  writeFileSync(join(scratch, "program.ts"), program);
  writeFileSync(join(scratch, "package.json"), '{ "type": "module" }');
  writeFileSync(join(scratch, "tsconfig.json"), JSON.stringify(configuration));
});

test("its program runs", async () => {
  const components = [await built("words"), await built("count-files")];
  const command = [process.execPath, "--no-env-file", "program.ts", ...components, join(scratch, "data")];
  const ran = await runProcess(command, { cwd: scratch });
  expect(ran).toEqual({
    exitCode: 0,
    stderr: "",
    stdout: `[
  {
    text: "be",
    times: 2,
  }, {
    text: "to",
    times: 2,
  }, {
    text: "not",
    times: 1,
  }, {
    text: "or",
    times: 1,
  }
]
true ready
link [ "WasiStdio", "WasiDir" ]
1 files, 2 words
true
fuel exhausted
`,
  });
});

test("its program fits the types under strict flags", async () => {
  const tsc = join(repository, "node_modules", ".bin", "tsc");
  const checked = await runProcess([tsc, "-p", scratch], { cwd: scratch });
  expect(checked.stdout).toBe("");
  expect(checked.exitCode).toBe(0);
}, 60_000);
