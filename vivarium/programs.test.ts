/** What must hold for the tables of all programs, so that each command looks and answers like the others. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { OptionShapes } from "@vivarium/cli/command";
import { commonOptions } from "@vivarium/cli/common-options";
import { cliDiagnostics } from "@vivarium/cli/diagnostics";
import { parseArguments } from "@vivarium/cli/parse";
import { schemaDocuments } from "@vivarium/cli/schema-documents";
import { isorunProgram } from "@vivarium/isorun/commands/index";
import { pybunCatalogue } from "@vivarium/pybun/commands/catalogue";
import { pybunProgram } from "@vivarium/pybun/commands/index";
import { vivariumProgram } from "./program.ts";

const programs = [vivariumProgram, isorunProgram, pybunProgram];

describe.each(programs.map((program) => ({ name: program.name, program })))("$name", ({ program }) => {
  const { commands } = program;

  test("no two commands answer to one name", () => {
    const names = commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    expect(names).toEqual([...new Set(names)]);
  });

  test.each(commands.map((command) => ({ name: command.name, command })))(
    "$name: options, examples, schema, work",
    async (row) => {
      const { command } = row;
      const options = { ...command.options };
      const common = new Set(Object.keys(commonOptions));
      expect(Object.keys(options).filter((option) => common.has(option))).toEqual([]);
      const all: OptionShapes = { ...commonOptions, ...options };
      const letters = Object.values(all).flatMap(({ short }) => short ?? []);
      expect(letters).toEqual([...new Set(letters)]);
      expect(command.examples.length).toBeGreaterThan(0);
      expect(command.detailSchema).toBeDefined();
      expect(await command.load()).toContainKey("execute");
    },
  );

  test("every example is a line that the parser accepts", () => {
    for (const command of commands) {
      for (const example of command.examples) {
        const words = shellWords(example.command);
        const named = [command.name, ...(command.aliases ?? [])].find((name) =>
          words.slice(1).join(" ").startsWith(name),
        );
        expect(named).toBeDefined();
        expect(words[0], example.command).toBe(program.name);
        const argv = words.slice(1 + (named ?? "").split(" ").length);
        const parsed = parseArguments(argv, {
          options: { ...commonOptions, ...command.options },
          program: program.name,
          stopAtFirstPositional: command.stopAtFirstPositional === true,
        });
        expect({ example: example.command, problems: parsed.problems.map(({ params }) => params) }).toEqual({
          example: example.command,
          problems: [],
        });
      }
    }
  });
});

/** Enough of a shell for examples: quotes, and an end at a redirection or pipe. */
function shellWords(line: string): string[] {
  const [command = ""] = line.split(/ [|>] /);
  const words = command.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replaceAll(/["']/g, ""));
}

test("PyBun's catalogue has all problems of all its parts", async () => {
  const root = join(import.meta.dir, "..", "pybun");
  const declared: string[] = [];
  for (const path of new Bun.Glob("*/diagnostics.ts").scanSync({ cwd: root })) {
    const catalogues: Record<string, object> = await import(join(root, path));
    declared.push(...Object.values(catalogues).flatMap((catalogue) => Object.keys(catalogue)));
  }
  expect(declared.length).toBeGreaterThan(0);
  expect(declared.filter((code) => !Object.hasOwn(pybunCatalogue, code))).toEqual([]);
  expect(declared).toEqual([...new Set(declared)]);
  expect(declared.filter((code) => Object.hasOwn(cliDiagnostics, code))).toEqual([]);
});

test("`vivarium schema` prints the detail of the commands of all programs", async () => {
  const names = Object.keys(await schemaDocuments(vivariumProgram));
  expect(names).toContain("pybun resolve");
  expect(names).toContain("isorun inspect");
  expect(names).toContain("vivarium schema print");
});
