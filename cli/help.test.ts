import { expect, test } from "bun:test";
import { paintOf } from "./colors.ts";
import type { Command, Program } from "./command.ts";
import { commandHelp, programHelp, wrap } from "./help.ts";
import { runFixture } from "./testing/run-fixture.ts";

const command: Command = {
  name: "env create",
  summary: "Make an environment from requirements and print its path, or say why that cannot be done",
  usage: ["[OPTIONS] REQUIREMENT…", "[OPTIONS] --requirements FILE"],
  examples: [{ command: "tool env create flask", note: "One package and what it needs" }],
  options: {
    requirements: { kind: "values", short: "r", value: "FILE", summary: "Read requirements from a file" },
    index: { kind: "value", value: "URL", summary: "Ask this index first" },
    build: { kind: "flag", negatable: true, summary: "Allow building from source, which runs code of the package" },
    prerelease: {
      kind: "choice",
      choices: ["allow", "if-necessary"],
      default: "if-necessary",
      summary: "Pre-releases",
    },
    resolution: {
      kind: "choice",
      choices: ["highest", "lowest", "lowest-direct"],
      value: "MODE",
      assumed: "highest",
      summary: "Which versions are preferred",
    },
    secret: { kind: "flag", hidden: true, summary: "Not shown" },
  },
  positionals: "any",
  load: () => Promise.reject(new Error("help loads no work")),
};
const program: Program = { name: "tool", summary: "Does things.", commands: [command], catalogue: async () => ({}) };
const look = (width: number) => ({ width, paint: paintOf(false) });

test("a command's help: usage, options, examples", () => {
  expect(commandHelp(program, command, look(90))).toMatchInlineSnapshot(`
    "Make an environment from requirements and print its path, or say why that cannot be done

    Usage:
      tool env create [OPTIONS] REQUIREMENT…
      tool env create [OPTIONS] --requirements FILE

    Options:
      -r, --requirements FILE        Read requirements from a file (repeatable)
          --index URL                Ask this index first
          --[no-]build               Allow building from source, which runs code of the
                                     package
          --prerelease allow|if-necessary
                                     Pre-releases [if-necessary]
          --resolution MODE          Which versions are preferred: highest, lowest or
                                     lowest-direct [highest]

    Common options:
      -h, --help                     Show help
          --format text|json|jsonl   How to print the result [text]
      -q, --quiet                    Errors only
      -v, --verbose                  Show each event
          --offline                  Use no network
          --color auto|always|never  When to use colours [auto]

    Examples:
      # One package and what it needs
      $ tool env create flask
    "
  `);
});

test("on a narrow terminal summaries wrap below each other", () => {
  expect(commandHelp(program, command, look(44)).split("\n\n")[2]).toMatchInlineSnapshot(`
    "Options:
      -r, --requirements FILE
                             Read requirements from a
                             file (repeatable)
          --index URL        Ask this index first
          --[no-]build       Allow building from
                             source, which runs code
                             of the package
          --prerelease allow|if-necessary
                             Pre-releases
                             [if-necessary]
          --resolution MODE  Which versions are
                             preferred: highest,
                             lowest or lowest-direct
                             [highest]"
  `);
});

test("a program's help lists its commands; a group's only its own", () => {
  expect(programHelp(program, look(90))).toMatchInlineSnapshot(`
    "Does things.

    Usage: tool COMMAND [OPTIONS] [ARGUMENTS]

    Commands:
      env create  Make an environment from requirements and print its path, or say why that
                  cannot be done

    Options:
      -h, --help                     Show help
          --format text|json|jsonl   How to print the result [text]
      -q, --quiet                    Errors only
      -v, --verbose                  Show each event
          --offline                  Use no network
          --color auto|always|never  When to use colours [auto]

    See \`tool help COMMAND\` for the options and examples of a command.
    "
  `);
  expect(programHelp(program, { ...look(90), group: "env" })).toStartWith("Usage: tool env COMMAND");
});

test("a word longer than the line stays whole", () => {
  expect(wrap("see https://example.org/a/long/address now", 12)).toEqual([
    "see",
    "https://example.org/a/long/address",
    "now",
  ]);
});

test.each([
  [["--help"], "Does one thing that real programs do."],
  [["-h"], "Does one thing that real programs do."],
  [["group", "--help"], "Usage: fixture group COMMAND"],
  [["echo", "--help"], "Fixture echo"],
  [["--help", "echo"], "Fixture echo"],
  [["one", "--help"], "Fixture one"],
  [["help"], "Does one thing that real programs do."],
  [["help", "echo"], "Fixture echo"],
  [["help", "group"], "Usage: fixture group COMMAND"],
  [["help", "group", "two"], "Fixture group two"],
  [["help", "pass", "script.py"], "Fixture pass"],
  [["--version"], "fixture 0.1.0"],
  [["-V"], "fixture 0.1.0"],
])("%j prints on stdout and ends with 0", async (argv, start) => {
  const { stdout, stderr, exitCode } = await runFixture(argv);
  expect(stdout).toStartWith(start);
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
});
