import { expect, test } from "bun:test";
import { shellWord } from "./shell-word.ts";

test.each([
  ["--allow-read=/a/b.c", "--allow-read=/a/b.c"],
  ["a b", "'a b'"],
  ["it's", `'it'"'"'s'`],
  ["", "''"],
  ["a\nb", "$'a\\nb'"],
  ["it's\t\\\r\u001b1", "$'it\\'s\\t\\\\\\r\\0331'"],
])("%j is one word on one line, which a shell reads as it was", (word, shown) => {
  expect(shellWord(word)).toBe(shown);
  expect(Bun.spawnSync(["bash", "-c", `printf %s ${shown}`]).stdout.toString()).toBe(word);
});
