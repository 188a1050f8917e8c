import { expect, test } from "bun:test";
import { Problem } from "@vivarium/core/diagnostic";
import { parseEnvFile, withEnvFiles } from "./env-file.ts";

const table: readonly (readonly [text: string, variables: Record<string, string>])[] = [
  ["A=1\nB = two words \n", { A: "1", B: "two words" }],
  ["# comment\n\n  export A=x # behind\n", { A: "x" }],
  ["A=x#y\nB=#none\nC=\n", { A: "x#y", B: "", C: "" }],
  ["A='$HOME # \\n'\n", { A: "$HOME # \\n" }],
  ['A="one\\ntwo\\t\\"q\\" \\$HOME \\\\"\n', { A: 'one\ntwo\t"q" $HOME \\' }],
  ['A="over\nlines"\nB=1', { A: "over\nlines", B: "1" }],
  ["A=1\nB=$A-${A}-$OUTER-$NONE\n", { A: "1", B: "1-1-outer-" }],
  ["\uFEFFA=1\r\nB=2\r\n", { A: "1", B: "2" }],
  ["A=1\nA=2\n", { A: "2" }],
  ["A=a=b\n", { A: "a=b" }],
  ["A=$constructor-${toString}-$__proto__\n", { A: "--" }],
];

for (const [text, variables] of table) {
  test(JSON.stringify(text), () =>
    expect(parseEnvFile(text, { file: "f", outer: { OUTER: "outer" } })).toEqual(variables),
  );
}

const broken: readonly (readonly [text: string, line: number, column: number])[] = [
  ["A=1\nnothing\n", 2, 1],
  ["A=1\n  B='open\n", 2, 5],
  ['A="x" y\n', 1, 6],
  ["1A=x\n", 1, 1],
];

for (const [text, line, column] of broken) {
  test(`refuses ${JSON.stringify(text)}`, () => {
    expect(() => parseEnvFile(text, { file: "f" })).toThrow(Problem);
    try {
      parseEnvFile(text, { file: "f" });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      expect({ code: error.code, span: error.spans[0] }).toEqual({
        code: "E_RUN_ENV_FILE_SYNTAX",
        span: { file: "f", line, column },
      });
    }
  });
}

test("the caller's own variables stay", () => {
  expect(withEnvFiles({ A: "mine" }, { files: [], cwd: "/" })).toEqual({ A: "mine" });
});
