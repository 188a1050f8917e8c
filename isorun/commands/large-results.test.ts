/** What `--invoke` prints of a value that is small for the guest, and long as a text. */
import { afterAll, beforeAll, expect, spyOn, test } from "bun:test";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertValidEnvelope } from "@vivarium/cli/testing/validate-output";
import { assembleFiles } from "../../tests/components/assemble.ts";
import { BudgetExhausted } from "../errors/errors.ts";
import { list, u8 } from "../wave/testing/types.ts";
import { runCommand } from "./run.ts";
import { tellResult } from "./tell-result.ts";
import { isorunCommand, runIsorun } from "./testing/run-isorun.ts";

const scratch = mkdtempSync(join(tmpdir(), "isorun-large-results-"));
const home = join(scratch, "home");

const listBytes = 2_000_000;

/** Gives as many lists as it is told to, up to sixteen, all of them the same bytes of its memory. */
const aliasText = `(component
  (core module $m
    (memory (export "m") 32)
    (func (export "f") (param $count i32) (result i32)
      (local $at i32)
      (local.set $at (i32.const 192))
      (loop $next
        (i32.store offset=0 (local.get $at) (i32.const 65536))
        (i32.store offset=4 (local.get $at) (i32.const ${listBytes}))
        (br_if $next (i32.ge_u (local.tee $at (i32.sub (local.get $at) (i32.const 8))) (i32.const 64))))
      (i32.store (i32.const 0) (i32.const 64))
      (i32.store (i32.const 4) (local.get $count))
      (i32.const 0)))
  (core instance $i (instantiate $m))
  (func (export "f") (param "count" u32) (result (list (list u8)))
    (canon lift (core func $i "f") (memory (core memory $i "m")))))`;

beforeAll(async () => {
  copyFileSync((await assembleFiles([aliasText]))(aliasText), join(scratch, "alias.wasm"));
}, 120_000);
afterAll(() => rmSync(scratch, { recursive: true }));

const run = (...argv: readonly string[]) => runIsorun(["run", "alias.wasm", ...argv], { home, cwd: scratch });

/** Of `count` lists. */
const textOf = (count: number): string =>
  `[${Array.from({ length: count }, () => `[${"0, ".repeat(listBytes).slice(0, -2)}]`).join(", ")}]`;

const spawn = (...argv: readonly string[]) =>
  Bun.spawn([...isorunCommand, "run", "alias.wasm", ...argv], {
    cwd: scratch,
    env: { PATH: process.env["PATH"] ?? "", VIVARIUM_HOME: home },
    stdout: "pipe",
    stderr: "pipe",
  });

/** In KiB, of a process that lives; on Linux. What a parent is told when it ends counts the parent too. */
const memoryPeak = (pid: number): number =>
  Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);

test.skipIf(process.platform !== "linux")(
  "it is printed whole, without as many objects as it has numbers",
  async () => {
    const child = spawn("--invoke", "f(4)");
    const pieces: Uint8Array[] = [];
    let peak = 0;
    for await (const bytes of child.stdout) {
      pieces.push(bytes);
      // While there is more, the child is there to be asked.
      if (pieces.length === 1) peak = memoryPeak(child.pid);
    }
    expect(Buffer.concat(pieces).toString() === `${textOf(4)}\n`).toBe(true);
    expect(await child.exited).toBe(0);
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThan(400 << 10);
  },
);

test.each(["wall", "cpu"])(
  "the budget of %s time goes on while it is printed",
  async (budget) => {
    for (const format of ["text", "json"]) {
      const { stdout, stderr, exitCode } = await run(
        "--invoke",
        "f(16)",
        `--${budget}=100ms`,
        "--output=1GB",
        "--format",
        format,
      );
      expect(exitCode).toBe(124);
      expect(stdout.length).toBeLessThan(16 * listBytes * 3);
      expect(format === "text" ? stderr : stdout).toContain(`Give it more with \`--${budget}\`.`);
    }
  },
  20_000,
);

/** Until the call returned. */
const used = { cpuMs: 30, wallMs: 30, memoryBytes: 0, tableElements: 0, fuel: 0n, calls: 1, handles: 0, instances: 1 };

test.each(["wallMs", "cpuMs"] as const)("what there is time for is printed: %s", (field) => {
  let nowMs = 5000;
  using wall = spyOn(performance, "now").mockImplementation(() => nowMs);
  using cpu = spyOn(process, "threadCpuUsage").mockImplementation(() => ({ user: nowMs * 1000, system: 0 }));
  const printed: string[] = [];
  const tell = (piece: string): void => {
    printed.push(piece);
    nowMs += 40;
  };
  const output = { tell, limitTime: () => undefined };
  const result = { value: new Uint8Array(listBytes), type: list(u8) };
  const telling = { isText: true, output, budget: { [field]: 100 }, usage: used };
  expect(() => tellResult(result, telling)).toThrow(new BudgetExhausted({ field, limit: 100, used: 110 }));
  // 70 ms are left: the third piece would begin behind them.
  expect(printed.length).toBe(2);
  expect(printed.join("")).toStartWith("[0, 0, 0, ");
  expect((field === "wallMs" ? wall : cpu).mock.calls.length).toBeGreaterThan(0);
});

test("it is output, of which what fits is printed", async () => {
  const { stdout, stderr, exitCode } = await run("--invoke", "f(0)", "--output=3B");
  expect({ stdout, stderr, exitCode }).toEqual({ stdout: "[]\n", stderr: "", exitCode: 0 });
  expect(await run("--invoke", "f(1)", "--output=9B")).toMatchObject({ stdout: "[[0, 0, 0", exitCode: 124 });
  const cut = await run("--invoke", "f(0)", "--output=2B");
  expect(cut).toMatchObject({ stdout: "[]", exitCode: 124 });
  expect(cut.stderr).toStartWith("error[E_BUDGET_EXHAUSTED]: the budget of output is exhausted");
});

test("an envelope holds 10 MiB of it, or what --output says", async () => {
  const refused = await run("--invoke", "f(2)", "--format", "json");
  expect(refused.exitCode).toBe(124);
  const envelope = (await assertValidEnvelope(refused.stdout, runCommand)) as { readonly detail: object };
  expect(envelope).toMatchObject({ diagnostics: [{ code: "E_INVOKE_RESULT" }] });
  expect(envelope.detail).not.toHaveProperty("result");
  expect(refused.stdout).toContain('"kind":"run.exit","exit_code":124');
  for (const argv of [
    ["f(1)", "--output=10MB"],
    ["f(2)", "--output=20MB"],
  ] as const) {
    const { stdout, exitCode } = await run("--invoke", ...argv, "--format", "json");
    expect(exitCode).toBe(0);
    const { detail } = JSON.parse(stdout) as { detail: { result: string } }; // valid, as the one above
    expect(detail.result === textOf(argv[0] === "f(1)" ? 1 : 2)).toBe(true);
  }
  const spent = await run("--invoke", "f(1)", "--output=1MB", "--format", "json");
  expect(spent.exitCode).toBe(124);
  expect(spent.stdout).toContain('"E_BUDGET_EXHAUSTED"');
}, 20_000);

test("Ctrl-C is answered while it is printed", async () => {
  const child = spawn("--invoke", "f(16)");
  let isAsked = false;
  let length = 0;
  for await (const bytes of child.stdout) {
    if (!isAsked) child.kill("SIGINT");
    isAsked = true;
    length += bytes.length;
  }
  expect(await child.exited).toBe(130);
  expect(await child.stderr.text()).toStartWith("error[E_INTERRUPTED]");
  expect(length).toBeLessThan(16 * listBytes * 3);
});
