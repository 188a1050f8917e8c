import { describe, expect, test } from "bun:test";
import { Problem } from "@vivarium/core/diagnostic";
import { readScriptMetadata, type ScriptMetadata } from "./metadata.ts";

async function read(...lines: readonly string[]): Promise<{ metadata: ScriptMetadata | undefined; codes: string[] }> {
  const codes: string[] = [];
  const report = { emit: () => undefined, warn: (problem: Problem) => void codes.push(problem.code) };
  const text = `# /// script\n${lines.map((line) => `# ${line}\n`).join("")}# ///\n`;
  return { metadata: await readScriptMetadata({ bytes: Buffer.from(text), name: "s.py", report }), codes };
}

describe("settings", () => {
  test("of uv are read where they mean the same", async () => {
    const { metadata, codes } = await read(
      "[tool.uv]",
      "exclude-newer = 2026-01-31T12:00:00Z",
      "prerelease = 'if-necessary-or-explicit'",
      "constraint-dependencies = ['beta<1']",
      "[[tool.uv.index]]",
      "url = 'https://main.example/simple'",
      "default = true",
      "[[tool.uv.index]]",
      "url = 'https://more.example/simple'",
    );
    expect(codes).toEqual([]);
    expect(metadata?.settings).toEqual({
      index: ["https://more.example/simple"],
      defaultIndex: "https://main.example/simple",
      prerelease: "if-necessary",
      excludeNewer: "2026-01-31T12:00:00.000Z",
      constraints: ["beta<1"],
    });
  });

  test("of pybun win over uv's", async () => {
    const { metadata } = await read(
      "[tool.uv]",
      "resolution = 'lowest'",
      "[tool.pybun]",
      "resolution = 'lowest-direct'",
    );
    expect(metadata?.settings.resolution).toBe("lowest-direct");
  });

  test("`materialize` is a list of names", async () => {
    const { metadata } = await read("[tool.pybun]", "materialize = ['Six,idna', 'a_b']");
    expect(metadata?.settings.materialize).toEqual(["six", "idna", "a-b"]);
    const { metadata: all } = await read("[tool.pybun]", "materialize = ['six', ':ALL:']");
    expect(all?.settings.materialize).toEqual([":all:"]);
    for (const value of ["", "six>=1", ":every:"]) {
      const reading = read("[tool.pybun]", `materialize = ['${value}']`);
      expect(await reading.catch((error: unknown) => error)).toMatchObject({ code: "E_SCRIPT_FIELD" });
    }
  });

  test("of other tools are theirs; unknown ones of ours are told", async () => {
    const { codes } = await read("[tool.other]", "x = 1", "[tool.pybun]", "x = 1", "[tool.uv]", "y = 1");
    expect(codes).toEqual(["W_SCRIPT_SETTING_UNKNOWN", "W_SCRIPT_SETTING_UNKNOWN"]);
  });
});

test("requirements and requires-python", async () => {
  const { metadata } = await read('requires-python = ">=3.10"', "dependencies = [", '  "Rich>=13",', "]");
  expect(metadata?.requirements.map(({ name }) => name)).toEqual(["rich"]);
  expect(metadata?.requiresPythonText).toBe(">=3.10");
  expect(metadata?.line).toBe(1);
});

test("a script without a block has no metadata, whatever else it holds", async () => {
  const report = { emit: () => undefined, warn: () => undefined };
  for (const bytes of [Buffer.from("print(1)\n"), Buffer.from([0xff, 0xfe, 0]), Buffer.alloc(0)]) {
    expect(await readScriptMetadata({ bytes, name: "s.py", report })).toBeUndefined();
  }
});

describe("a problem names line and column", () => {
  const placeOf = async (bytes: Uint8Array): Promise<unknown> => {
    const report = { emit: () => undefined, warn: () => undefined };
    const error: unknown = await readScriptMetadata({ bytes, name: "s.py", report }).catch((thrown: unknown) => thrown);
    if (!(error instanceof Problem)) throw error;
    const { line, column } = error.spans[0] ?? {};
    return [error.code, line, column];
  };
  const block = (...lines: readonly string[]): string =>
    ["import os", "# /// script", ...lines, "# ///", ""].join("\n");
  const rows: readonly [string, string, readonly unknown[]][] = [
    ["a plain text", block('# dependencies = ["six >> 2"]'), ["E_SCRIPT_REQUIREMENT", 3, 25]],
    ["one with an escape", block('# dependencies=["evil\\u001b]0;x\\u0007"]'), ["E_SCRIPT_REQUIREMENT", 3, 22]],
    [
      "one behind another",
      block('# dependencies = [\'a"\', "b\'", "six\\u0020>> 2"]'),
      ["E_SCRIPT_REQUIREMENT", 3, 21],
    ],
    ["one of several lines", block("#", '# dependencies = ["""', '# six x"""]'), ["E_SCRIPT_REQUIREMENT", 4, 3]],
    ["requires-python with an escape", block('# requires-python = "\\u0041"'), ["E_SCRIPT_REQUIRES_PYTHON", 3, 22]],
    ["a byte that is not UTF-8", block("# a = 'x'", "# b = '\xff'"), ["E_SCRIPT_ENCODING", 4, 8]],
    ["the same behind UTF-8", block("# a = '\xc3\xa9'", "# b = '\xc3\xa9\xff'"), ["E_SCRIPT_ENCODING", 4, 9]],
    ["UTF-8 in a script that is not", `${block("# a = '\xc3\xa9'")}\xff`, ["E_SCRIPT_ENCODING", 3, 8]],
  ];
  test.each(rows)("%s", async (_, text, place) => {
    expect(await placeOf(Buffer.from(text, "latin1"))).toEqual(place);
  });
});
