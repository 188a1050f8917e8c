/** The block reader beside the reference implementation of PEP 723, run by Python, over generated texts. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { hostPython } from "../../tools/oracles.ts";
import { contentOf, findBlocks } from "./block.ts";

/** The regular expression and the way to the content are the PEP's own ("Reference Implementation"). */
const oracle = String.raw`
import json, re, sys
REGEX = r'(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$'
def read(text):
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.startswith("\ufeff"): text = text[1:]
    found = []
    for match in re.finditer(REGEX, text):
        content = "".join(
            line[2:] if line.startswith("# ") else line[1:]
            for line in match.group("content").splitlines(keepends=True)
        )
        found.append([match.group("type"), content])
    return found
print(json.dumps([read(text) for text in json.load(sys.stdin)]))
`;

const line = fc.constantFrom(
  "# /// script",
  "# /// other-1",
  "# ///",
  "#",
  "# ",
  "# a = 1",
  "#b",
  "",
  "x = 1",
  "# /// script ",
  "#\t/// script",
  " # /// script",
  "# /// two words",
  "# é\u00A0ü",
);
const texts = fc
  .tuple(
    fc.array(line, { maxLength: 9 }),
    fc.constantFrom("\n", "\r\n", "\r"),
    fc.constantFrom("", "\uFEFF"),
    fc.boolean(),
  )
  .map(([lines, end, mark, closed]) => `${mark}${lines.join(end)}${closed ? end : ""}`);

test("finds the blocks that Python's regular expression finds", () => {
  const cases = [...fc.sample(texts, { numRuns: 15_000, seed: 723 }), "# /// script\n# a\n# ///\n# b\n# ///\n"];
  const child = Bun.spawnSync([hostPython().path, "-I", "-c", oracle], { stdin: Buffer.from(JSON.stringify(cases)) });
  expect(child.exitCode, child.stderr.toString()).toBe(0);
  const expected = JSON.parse(child.stdout.toString()) as [string, string][][]; // What the oracle prints.
  expect(expected.flat().length).toBeGreaterThan(200);
  for (const [place, text] of cases.entries()) {
    const found = findBlocks(text).blocks.map((block) => [block.type, contentOf(block)]);
    expect(found, JSON.stringify(text)).toEqual(expected[place] ?? []);
  }
}, 20_000);

test("a separator line of Unicode inside a comment ends no line, as in Python's regular expression", () => {
  expect(findBlocks("# /// script\n# a = '\u2028'\n# ///\n").blocks[0]?.lines).toEqual(["# a = '\u2028'"]);
});
