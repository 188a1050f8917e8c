import { describe, expect, test } from "bun:test";
import { Problem, renderProblem } from "@vivarium/core/diagnostic";
import { testSeed } from "@vivarium/core/testing/seed";
import fc from "fast-check";
import type { OptionShapes } from "./command.ts";
import { cliDiagnostics } from "./diagnostics.ts";
import { parseArguments } from "./parse.ts";

const options: OptionShapes = {
  all: { kind: "flag", short: "a", summary: "" },
  quiet: { kind: "flag", short: "q", summary: "" },
  cache: { kind: "flag", negatable: true, summary: "" },
  "no-index": { kind: "flag", summary: "" },
  python: { kind: "value", short: "p", value: "VERSION", summary: "" },
  with: { kind: "values", short: "w", summary: "" },
  mode: { kind: "choice", choices: ["allow", "disallow"], summary: "" },
  level: { kind: "choice", choices: ["low", "high"], default: "low", summary: "" },
  module: { kind: "value", short: "m", endsOptions: true, summary: "" },
};

const unset = {
  all: false,
  quiet: false,
  cache: undefined,
  "no-index": false,
  python: undefined,
  with: [],
  mode: undefined,
  level: "low",
  module: undefined,
};

const parse = (line: string, stopAtFirstPositional = false) =>
  parseArguments(line === "" ? [] : line.split(" "), {
    options,
    stopAtFirstPositional,
    program: "tool",
    command: "do",
  });

describe("values", () => {
  test.each([
    ["", {}, []],
    ["x y", {}, ["x", "y"]],
    ["--all", { all: true }, []],
    ["-a", { all: true }, []],
    ["-qa", { all: true, quiet: true }, []],
    ["x --all y", { all: true }, ["x", "y"]],
    ["--cache", { cache: true }, []],
    ["--no-cache", { cache: false }, []],
    ["--cache --no-cache", { cache: false }, []],
    ["--no-index", { "no-index": true }, []],
    ["--python 3.12", { python: "3.12" }, []],
    ["--python=3.12", { python: "3.12" }, []],
    ["--python=a=b", { python: "a=b" }, []],
    ["-p 3.12", { python: "3.12" }, []],
    ["-p3.12", { python: "3.12" }, []],
    ["-p=3.12", { python: "3.12" }, []],
    ["-qp 3.12 x", { quiet: true, python: "3.12" }, ["x"]],
    ["-qap3.12", { quiet: true, all: true, python: "3.12" }, []],
    ["--python 3.11 --python 3.12", { python: "3.12" }, []],
    ["--python -1", { python: "-1" }, []],
    ["--python -", { python: "-" }, []],
    ["--with a -w b --with=c", { with: ["a", "b", "c"] }, []],
    ["--mode allow", { mode: "allow" }, []],
    ["--level high", { level: "high" }, []],
    ["-", {}, ["-"]],
    ["-- --all -q", {}, ["--all", "-q"]],
    ["--all -- -- x", { all: true }, ["--", "x"]],
    ["-m http.server --all 80", { module: "http.server" }, ["--all", "80"]],
    ["-m --all", { module: "--all" }, []],
    ["-qm mod -- x", { quiet: true, module: "mod" }, ["--", "x"]],
  ])("%p", (line, values, positionals) => {
    const parsed = parse(line);
    expect(parsed.problems).toEqual([]);
    expect(parsed.options).toEqual({ ...unset, ...values });
    expect([...parsed.positionals]).toEqual(positionals);
  });
});

describe("a command that stops at its first positional", () => {
  test.each([
    ["-q script.py --all -- x", { quiet: true }, ["script.py", "--all", "--", "x"]],
    ["-- script.py --all", {}, ["script.py", "--all"]],
    ["- -q", {}, ["-", "-q"]],
    ["--python 3.12 script.py -p", { python: "3.12" }, ["script.py", "-p"]],
  ])("%p", (line, values, positionals) => {
    const parsed = parse(line, true);
    expect(parsed.problems).toEqual([]);
    expect(parsed.options).toEqual({ ...unset, ...values });
    expect([...parsed.positionals]).toEqual(positionals);
  });
});

describe("problems", () => {
  test.each([
    ["--pyhton 3", "E_USAGE_OPTION_UNKNOWN", "unknown option `--pyhton`", "Did you mean `--python`?"],
    ["--no-cahce", "E_USAGE_OPTION_UNKNOWN", "unknown option `--no-cahce`", "Did you mean `--no-cache`?"],
    ["--no-all", "E_USAGE_OPTION_UNKNOWN", "unknown option `--no-all`", "See `tool do --help`."],
    ["--frobnicate=1", "E_USAGE_OPTION_UNKNOWN", "unknown option `--frobnicate`", "See `tool do --help`."],
    ["--constructor", "E_USAGE_OPTION_UNKNOWN", "unknown option `--constructor`", "See `tool do --help`."],
    ["-z", "E_USAGE_OPTION_UNKNOWN", "unknown option `-z`", "See `tool do --help`."],
    ["-qz", "E_USAGE_OPTION_UNKNOWN", "unknown option `-z`", "See `tool do --help`."],
    ["--python", "E_USAGE_VALUE_MISSING", "option `--python` needs a value", "Write `--python VERSION`."],
    ["--python --all", "E_USAGE_VALUE_MISSING", "option `--python` needs a value", "Write `--python VERSION`."],
    ["-p -q", "E_USAGE_VALUE_MISSING", "option `-p` needs a value", "Write `-p VERSION`."],
    ["--with --", "E_USAGE_VALUE_MISSING", "option `--with` needs a value", "Write `--with WITH`."],
    [
      "--python=",
      "E_USAGE_VALUE_EMPTY",
      "option `--python` was given an empty value",
      "Write `--python VERSION`, or leave the option away.",
    ],
    ["--all=yes", "E_USAGE_VALUE_UNEXPECTED", "option `--all` takes no value, but got 'yes'", "Write `--all` alone."],
    ["-a=yes", "E_USAGE_VALUE_UNEXPECTED", "option `-a` takes no value, but got 'yes'", "Write `-a` alone."],
    ["--mode alow", "E_USAGE_CHOICE", "option `--mode` cannot be 'alow'", "Did you mean 'allow'?"],
    ["--mode maybe", "E_USAGE_CHOICE", "option `--mode` cannot be 'maybe'", "Choose one of 'allow', 'disallow'."],
  ])("%p: %s", (line, code, message, hint) => {
    const [problem, ...others] = parse(line).problems;
    expect(others).toEqual([]);
    expect(problem).toBeInstanceOf(Problem);
    if (problem === undefined) return;
    expect(renderProblem(problem, cliDiagnostics)).toMatchObject({ code, message, hint });
  });

  test("all of a line are told, and what is right is kept", () => {
    const parsed = parse("--bogus --mode maybe --all x");
    expect(parsed.problems.map(({ code }) => code)).toEqual(["E_USAGE_OPTION_UNKNOWN", "E_USAGE_CHOICE"]);
    expect(parsed.options).toMatchObject({ all: true });
    expect([...parsed.positionals]).toEqual(["x"]);
  });

  test("an unknown option comes with a fix that a tool can apply", () => {
    const [problem] = parse("--pyhton").problems;
    if (problem === undefined) throw new Error("no problem");
    const [fix] = renderProblem(problem, cliDiagnostics).fixes;
    expect(fix).toEqual({ title: "Write `--python`", kind: "option", text: "--python" });
  });
});

test("whatever follows `--` arrives untouched", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      const parsed = parseArguments(["--all", "--", ...words], { options, program: "tool" });
      expect([...parsed.positionals]).toEqual(words);
      expect(parsed.problems).toEqual([]);
    }),
    { seed: testSeed },
  );
});
