/** A command line with policy flags, from words to a policy. */
import { expect, test } from "bun:test";
import type { CommandPolicyFlags } from "@vivarium/core/policy/command-policy";
import { readPolicyFlags } from "@vivarium/core/policy/flags";
import { policyOptions } from "@vivarium/core/policy/options";
import type { OptionShapes, OptionValues } from "./command.ts";
import { parseArguments } from "./parse.ts";

// The compiler checks that shapes and values fit.
const options: OptionShapes = policyOptions;
const flagsOf = (values: OptionValues<typeof policyOptions>): CommandPolicyFlags => values;

function parse(line: string) {
  const parsed = parseArguments(line.split(" "), { options, program: "isorun", stopAtFirstPositional: true });
  // Sound: the parser fills values by the shapes.
  return { ...parsed, flags: flagsOf(parsed.options as OptionValues<typeof policyOptions>) };
}

test("flags before the workload are a policy, those behind it are the workload's own", () => {
  const line = "--allow-read=a --allow-read b,c --deny-time --memory 1MiB --fuel=9 app.wasm --allow-read=/";
  const { flags, positionals, problems } = parse(line);
  expect(problems).toEqual([]);
  expect(positionals).toEqual(["app.wasm", "--allow-read=/"]);
  expect(readPolicyFlags(flags, { base: "/w", platform: "linux" })).toMatchObject({
    capabilities: { read: ["/w/a", "/w/b", "/w/c"], write: [], time: false, random: true },
    budget: { maxMemoryBytes: 1_048_576, fuel: 9n },
  });
});

test("a command line without any of them has no policy", () => {
  expect(readPolicyFlags(parse("app.wasm").flags, { base: "/w", platform: "linux" })).toBeUndefined();
});
