/**
 * Scripts of equal warm bytes have equal metadata, by the reader of the long way, over generated texts. Otherwise the
 * warm path would start what another reading of the script has asked for.
 */
import { expect, test } from "bun:test";
import { Problem } from "@vivarium/core/diagnostic";
import fc from "fast-check";
import { readScriptMetadata } from "../script/metadata.ts";
import { blockBytes } from "./warm-key.ts";

/** One character each byte. */
const line = fc.constantFrom(
  "# /// script",
  "# /// script",
  "# /// other-1",
  "# ///",
  "# ///",
  "#",
  "# ",
  "# ",
  '# dependencies = ["a"]',
  '# requires-python = ">=3.9"',
  "# [tool.pybun]",
  "# [tool.other]",
  '# index = ["https://x.example/"]',
  "# misspelt = 1",
  "#b",
  "",
  "x = 1",
  "# /// script ",
  " # /// script",
  "# /// two words",
  "# \xC3\xA4 \xE2\x80\xA8",
  "# \xE4",
  "'\xE4'",
);
const some = (maxLength: number) => fc.array(line, { maxLength });
const around = (lines: readonly string[]) =>
  fc.tuple(some(4), some(3)).map(([above, below]) => [...above, ...lines, ...below]);
const closed = some(3).map((lines) => ["# /// script", ...lines, "# ///"]);
const scripts = fc
  .tuple(
    fc.oneof(some(10), closed.chain(around)),
    fc.constantFrom("\n", "\r\n", "\r"),
    fc.constantFrom("", "", "", "\xEF\xBB\xBF"),
    fc.boolean(),
  )
  .map(([lines, end, mark, isEnded]) => `${mark}${lines.join(end)}${isEnded ? end : ""}`);

/** Metadata without the place of the block, which only messages name; warnings; or the code of the problem. */
async function readingOf(script: string): Promise<string> {
  const warnings: string[] = [];
  const report = { emit: () => undefined, warn: ({ code }: Problem) => warnings.push(code) };
  try {
    const metadata = await readScriptMetadata({ bytes: Buffer.from(script, "latin1"), name: "x.py", report });
    return JSON.stringify([metadata === undefined ? null : { ...metadata, line: 0 }, warnings]);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.code;
  }
}

test("scripts of equal warm bytes have equal metadata", async () => {
  const seen = new Map<string, { script: string; reading: string }>();
  for (const script of fc.sample(scripts, { numRuns: 40_000, seed: 723 })) {
    const bytes = blockBytes(script);
    if (bytes === undefined) continue;
    const reading = await readingOf(script);
    const first = seen.get(bytes) ?? { script, reading };
    seen.set(bytes, first);
    expect(reading, JSON.stringify([first.script, script])).toBe(first.reading);
  }
  const withDependencies = [...seen.values()].filter(({ reading }) => reading.includes('"dependencies":["a"]'));
  expect(withDependencies.length).toBeGreaterThan(30);
}, 30_000);
