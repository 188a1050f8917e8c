import { expect, test } from "bun:test";
import { shellWord } from "./shell-word.ts";

test.each([
  ["--allow-read=/a/b.c", "--allow-read=/a/b.c"],
  ["a b", "'a b'"],
  ["it's", `'it'"'"'s'`],
  ["", "''"],
  ["a\nb", "$'a\\nb'"],
  ["it's\t\\\r\u001b1", "$'it\\'s\\t\\\\\\r\\0331'"],
  // What the command shows by number, since it turns or commands the line, a shell is told by its bytes.
  ["a\u0085b\u202e", "$'a\\302\\205b\\342\\200\\256'"],
  ["é\u2028\u2069", "$'é\\342\\200\\250\\342\\201\\251'"],
])("%j is one word on one line, which a shell reads as it was", (word, shown) => {
  expect(shellWord(word)).toBe(shown);
  expect(Bun.spawnSync(["bash", "-c", `printf %s ${shown}`]).stdout.toString()).toBe(word);
});
