import { expect, test } from "bun:test";
import { splitCreateWords } from "./create-words.ts";

const split = (line: string) => splitCreateWords(["env", "create", ...line.split(" ").filter((word) => word !== "")]);

test("the place goes apart, and its position stays", () => {
  const wish = ["-r", "a.txt", "--dir", "flask"];
  expect(split("-r a.txt --dir x flask")).toEqual({ directory: "x", wish });
  expect(split("-r a.txt --dir=x flask")).toEqual({ directory: "x", wish });
  expect(split("--dir x -r a.txt flask")?.wish).toEqual(["--dir", "-r", "a.txt", "flask"]);
});

test("what needs the parser is left to it", () => {
  for (const line of ["flask", "--dir", "--dir=", "--dir x --dir y", "--dir=x --dir y", "--dir x -- flask"])
    expect(split(line), line).toBeUndefined();
  expect(splitCreateWords(["env", "path", "--dir", "x"])).toBeUndefined();
  expect(splitCreateWords(["-q", "env", "create", "--dir", "x"])).toBeUndefined();
});
