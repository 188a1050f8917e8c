import { describe, expect, test } from "bun:test";
import { blockBytes, headBytesMax, warmKey } from "./warm-key.ts";

describe("blockBytes", () => {
  const table: readonly (readonly [name: string, head: string, block: string | undefined])[] = [
    ["no block", "print(1)\n", ""],
    ["a block, and what follows is not part of it", "# /// script\n# a\n# ///\nx = 1\n", "# /// script\n# a\n# ///"],
    ["behind a first line", "#!/usr/bin/env python\n# /// script\n#\n# ///\n", "# /// script\n#\n# ///"],
    ["an end of its own at the end of the text", "# /// script\r\n# a\r\n# ///", "# /// script\n# a\n# ///"],
    ["in a block of another type", "# /// other\n# a\n# ///\n# /// script\n# b\n# ///\n", ""],
    ["below a comment", "# words\n# /// script\n# a\n# ///\n", "# /// script\n# a\n# ///"],
    ["empty, which is warned of", "# /// script\n# ///\n", undefined],
    ["without an end, which is warned of", "# /// script", undefined],
    ["text that is no ASCII", "# /// script\n# \xC3\xA4\n# ///\nx", "# /// script\n# \xC3\xA4\n# ///"],
    ["the same where the text is no UTF-8", "# /// script\n# \xC3\xA4\n# ///\n\xE4", undefined],
    ["a text that the head cuts", `# /// script\n#\n# ///\n${"x\n".repeat(headBytesMax / 2)}`, undefined],
    ["two openings", "# /// script\n# ///\nx\n# /// script\n# ///\n", undefined],
    ["a byte order mark", "\xEF\xBB\xBF# /// script\n# ///\n", undefined],
    [
      "a block that the head cuts",
      `# /// script\n${"# x\n".repeat(headBytesMax / 4)}`.slice(0, headBytesMax),
      undefined,
    ],
    ["another type", "# /// other\n# ///\n", ""],
  ];
  for (const [name, head, block] of table) {
    test(name, () => {
      if (block === undefined) expect(blockBytes(head)).toBeUndefined();
      else expect(blockBytes(head)).toBe(block);
    });
  }
});

describe("warmKey", () => {
  const inputs = { script: "a/x.py", block: "# /// script", cwd: "/w", environment: { PATH: "/bin", OTHER: "1" } };
  const key = warmKey(inputs);

  test("differs by all that decides", () => {
    const others = [
      { ...inputs, block: "# /// script2" },
      { ...inputs, cwd: "/v" },
      { ...inputs, script: "b/x.py" },
      { ...inputs, environment: { PATH: "/usr/bin", OTHER: "1" } },
      ...["VIRTUAL_ENV", "UV_INDEX", "PIP_INDEX_URL", "PYENV_VERSION", "HOME"].map((name) => ({
        ...inputs,
        environment: { ...inputs.environment, [name]: "x" },
      })),
    ].map(warmKey);
    expect(new Set([key, ...others]).size).toBe(others.length + 1);
  });

  test("is the same for scripts of one directory with one block, and whatever else the environment holds", () => {
    expect(warmKey({ ...inputs, script: "a/y.py", environment: { PATH: "/bin", OTHER: "2" } })).toBe(key);
  });
});
