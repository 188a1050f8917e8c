/**
 * For tests: a program whose commands do one thing each that real ones do, run as a process of its own so that exit
 * codes, streams and signals are the real ones: `bun cli/testing/fixture-program.ts COMMAND …`.
 */
import { type Problem, problemsOf, rule } from "@vivarium/core/diagnostic";
import type { Command, Execute, OptionShapes, Program } from "../command.ts";
import { openHost } from "../host.ts";
import { runProgram } from "../run-program.ts";
import { schemaCommandOf } from "../schema-command.ts";
import { Interruption } from "../signals.ts";

const fixtureDiagnostics = {
  E_FIXTURE_BAD_LINE: rule<{ line: string }>({
    exit: 65,
    summary: "A line of the fixture's input is bad.",
    message: (p) => `\`${p.line}\` is no requirement`,
    hint: () => "write a name",
  }),
  W_FIXTURE_OLD: rule<{ name: string }>({
    exit: 0,
    summary: "Something is old.",
    message: (p) => `\`${p.name}\` is old`,
  }),
};
const problem = problemsOf<typeof fixtureDiagnostics>();

interface Definition {
  readonly name: string;
  readonly execute: Execute;
  readonly options?: OptionShapes;
  readonly positionals?: Command["positionals"];
  readonly stopAtFirstPositional?: true;
}

function define({ name, execute, options = {}, positionals = "any", stopAtFirstPositional }: Definition): Command {
  return {
    name,
    summary: `Fixture ${name}`,
    usage: ["[OPTIONS]"],
    examples: [{ command: `fixture ${name}`, note: "As it stands" }],
    options,
    positionals,
    ...(stopAtFirstPositional === undefined ? {} : { stopAtFirstPositional }),
    load: async () => ({ execute }),
  };
}

const badLine = (): Problem =>
  problem(
    "E_FIXTURE_BAD_LINE",
    { line: "flask >> 2" },
    {
      cause: new Error("unexpected `>`", { cause: new Error("column 8") }),
      spans: [{ file: "requirements.txt", line: 2, column: 7, end_column: 9 }],
    },
  );

/** Waits until the signal is aborted, and then obeys or, with `stubborn`, does not. */
const hang = ({ stubborn }: { stubborn: boolean }): Execute => {
  return async (context) => {
    context.out("ready\n");
    context.report.emit("resolve.start", { requirements: [], python: "3.12", platform: "linux" });
    const { promise, reject } = Promise.withResolvers<number>();
    const keepAlive = setInterval(() => undefined, 1_000);
    context.signal.addEventListener("abort", () => {
      if (stubborn) context.out("no\n");
      else reject(context.signal.reason);
    });
    return promise.finally(() => clearInterval(keepAlive));
  };
};

/** Keeps the event loop away for `positionals[0]` ms. */
const compute: Execute = async (context, { positionals }) => {
  context.out("ready\n");
  const endMs = performance.now() + Number(positionals[0] ?? Number.POSITIVE_INFINITY);
  while (performance.now() < endMs) continue;
  return 0;
};

/** Leaves no turn to listeners either, and looks for signals itself. */
const computeLooking: Execute = async (context) => {
  context.out("ready\n");
  while (!context.signal.aborted) context.lookForSignals();
  throw context.signal.reason;
};

/** The same by promises that are settled already, which leave no room for anything else. */
const settle: Execute = async (context) => {
  context.out("ready\n");
  for (;;) await Promise.resolve();
};

/** Takes the signals over, and hears one. */
const hear: Execute = async (context) => {
  await context.release();
  throw new Interruption("SIGTERM");
};

/** Three archives that arrive in steps of 20 ms, `positionals[0]` steps long. */
const download: Execute = async ({ report, out }, { positionals }) => {
  const steps = Number(positionals[0] ?? 2);
  for (let step = 0; step <= steps; step++) {
    for (const [name, size] of [
      ["numpy", 18e6],
      ["pandas", 12e6],
      ["python-dateutil", 229_892],
    ] as const) {
      report.emit("download.progress", { name, bytes_done: Math.round((size * step) / steps), bytes_total: size });
    }
    if (step === Math.floor(steps / 2)) out("half-way\n");
    if (step < steps) await Bun.sleep(20);
  }
  report.emit("download.finish", { name: "numpy", url: "https://example.org/numpy", bytes: 18e6, duration_ms: 9 });
  return 0;
};

function throwLate(): never {
  throw new RangeError("late");
}

const echoOptions = {
  upper: { kind: "flag", short: "u", summary: "Upper case" },
  times: { kind: "value", short: "t", value: "N", summary: "How often" },
  tag: { kind: "values", summary: "Any number of tags" },
} as const satisfies OptionShapes;

const commands: readonly Command[] = [
  define({
    name: "echo",
    options: echoOptions,
    execute: async (context, { options, positionals }) => {
      context.out(`${positionals.join(" ")}\n`);
      context.detail({ options, positionals });
      return 0;
    },
  }),
  define({
    name: "pass",
    stopAtFirstPositional: true,
    execute: async (context, { positionals }) => {
      context.detail({ positionals });
      return 0;
    },
  }),
  define({ name: "one", positionals: { name: "FILE", min: 1, max: 1 }, execute: async () => 0 }),
  define({ name: "code", execute: async (_, { positionals }) => Number(positionals[0]) }),
  define({ name: "fail", execute: () => Promise.reject(badLine()) }),
  define({
    name: "crash",
    execute: () => Promise.reject(new TypeError("no such thing at https://user:hunter2@example.org/")),
  }),
  define({ name: "crash later", execute: () => new Promise(() => setTimeout(throwLate, 1)) }),
  define({
    name: "undeclared",
    execute: () => Promise.reject(Object.assign(badLine(), { code: ["E", "OTHER"].join("_") })),
  }),
  define({
    name: "warn",
    execute: async (context) => {
      context.report.emit("cache.verify", { entry: "first", intact: true });
      context.report.warn(problem("W_FIXTURE_OLD", { name: "left" }));
      context.report.emit("cache.verify", { entry: "second", intact: true });
      context.out("done\n");
      return 0;
    },
  }),
  define({
    name: "secret",
    execute: async (context) => {
      const url = "https://user:hunter2@example.org/simple/?token=hunter2";
      const secret = context.environment["FIXTURE_TOKEN"] ?? "";
      context.report.emit("index.request", { url, status: 200, cache: "miss", bytes: 1, duration_ms: 1 });
      context.report.emit("run.output", { stream: "stdout", encoding: "utf-8", data: `I know ${secret}` });
      context.detail({ url, list: [`Authorization: Bearer ${secret}`] });
      throw problem("E_FIXTURE_BAD_LINE", { line: url }, { cause: new Error(secret) });
    },
  }),
  define({
    name: "child",
    execute: async (context) => {
      context.detail({ environment: context.childEnvironment() });
      return 0;
    },
  }),
  define({
    name: "many",
    execute: async (context) => {
      for (let line = 0; line < 100_000; line++) context.out(`${line}\n`);
      return 0;
    },
  }),
  define({ name: "download", execute: download }),
  define({
    name: "warn badly",
    execute: async (context) => {
      context.report.warn(Object.assign(badLine(), { code: ["W", "OTHER"].join("_") }));
      return 0;
    },
  }),
  define({ name: "group one", execute: async () => 0 }),
  define({ name: "group two", execute: async () => 0 }),
  define({ name: "hang", execute: hang({ stubborn: false }) }),
  define({ name: "hang stubbornly", execute: hang({ stubborn: true }) }),
  define({ name: "compute", execute: compute }),
  define({ name: "compute looking", execute: computeLooking }),
  define({ name: "hear", execute: hear }),
  define({
    name: "compute-hang",
    execute: async (context, arguments_) => {
      const probed = new Promise((proceed) => process.once("SIGINT", proceed));
      await compute(context, arguments_);
      await probed;
      return hang({ stubborn: false })(context, arguments_);
    },
  }),
  define({ name: "settle", execute: settle }),
  schemaCommandOf("fixture"),
];

const program: Program = {
  name: "fixture",
  summary: "Does one thing that real programs do.",
  commands,
  catalogue: async () => fixtureDiagnostics,
};

if (import.meta.main) process.exit(await runProgram(program, process.argv.slice(2), openHost()));
