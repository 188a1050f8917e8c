import { expect, test } from "bun:test";
import { NamedSources } from "./named-sources.ts";

const header = "Traceback (most recent call last):\n";

function read(text: string, pieceBytes = Infinity): NamedSources {
  const sources = new NamedSources();
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) sources.read(bytes.subarray(at, at + pieceBytes));
  return sources;
}

test.each([Infinity, 1, 2, 7])("the sources of a traceback are found wherever they are, in pieces of %p", (size) => {
  const report = `before\n${header}  File "/0/ä b.py", line 3, in run\n    File "<frozen codecs>", line 1\nError: x\n`;
  const sources = read(report, size);
  expect(["lib/ä b.py", "ä b.py", "0/<frozen codecs>"].map((way) => sources.has(way))).toEqual([true, true, true]);
  expect(["lib/b.py", "0", "codecs"].map((way) => sources.has(way))).toEqual([false, false, false]);
});

test("those of chained exceptions and of groups too", () => {
  const inner = `  + Exception Group ${header}  |   File "/0/a.py", line 1, in run\n  | ExceptionGroup: two (1 sub-exception)\n`;
  const second = `\nDuring handling of the above exception, another exception occurred:\n\n${header}  File "b.py", line 2\nE\n`;
  const sources = read(
    `${inner}  +-+---------------- 1 ----------------\n    | ${header}    |   File "c.py", line 1\n${second}`,
  );
  expect(["0/a.py", "0/b.py", "0/c.py"].map((way) => sources.has(way))).toEqual([true, true, true]);
});

test.each([
  ["outside of a traceback", '  File "a.py", line 1\n'],
  ["behind the end of one", `${header}  File "b.py", line 1\nValueError: x\n  File "a.py", line 1\n`],
  ["behind words", `said: ${header}  File "a.py", line 1\n`],
  ["in a line that is not at its end", `${header}  File "a.py", line 1`],
  ["in a line that is longer than any name", `${header}  File "${"x".repeat(9000)}/a.py", line 1\n`],
])("nothing is one %s", (_, text) => {
  expect(read(text).has("a.py")).toBe(false);
});

test("what a call of the system failed at is none, and is told", () => {
  const sources = read(
    `${header}  File "/0/a.py", line 1\nPermissionError: [Errno 2] Permission denied: '/0/../0/a.py'\n`,
  );
  expect(sources.has("0/a.py")).toBe(false);
  expect(sources.isFailure("0/a.py")).toBe(true);
  expect(sources.has("lib/a.py")).toBe(true);
});

test("a traceback with the colours that terminals are given is read too", () => {
  const line = '  File \x1b[35m"/0/a.py"\x1b[0m, line \x1b[35m1\x1b[0m, in \x1b[35mrun\x1b[0m\n';
  const end = "\x1b[1;35mOSError\x1b[0m: \x1b[35m[Errno 2] Permission denied: 'lib'\x1b[0m\n";
  const sources = read(`${header}${line}${end}  File "b.py", line 1\n`);
  expect([sources.has("a.py"), sources.has("b.py"), sources.isFailure("lib")]).toEqual([true, false, true]);
});

test.each([
  ["OSError: [Errno 5] a: 'p'", "p"],
  ['OSError: [Errno 5] a: "it\'s"', "it's"],
  ["OSError: [Errno x] [Errno 5] a: 'p'", "p"],
  ["OSError: [Errno 1] [Errno 2] [Errno 5] a: 'p' -> 'q'", "p"],
  ["OSError: [Errno 1] it's [Errno 2] a: 'p'", "p"],
  ['OSError: [Errno 1] a: \'p [Errno 2] a: "q"', "q"],
  ["OSError: [Errno 1] a: ''", undefined],
  ["OSError: [Errno 1] : 'p'", "p"],
  ["OSError: [Errno 1] a 'p'", undefined],
  ["OSError: a: 'p'", undefined],
])("by %p a program failed at %p", (line, path) => {
  const sources = read(`${header}${line}\n`);
  expect(["p", "q", "it's", "'"].filter((way) => sources.isFailure(way))).toEqual(path === undefined ? [] : [path]);
});

test("lines that look like many failures take no more time than others", () => {
  const line = ` ${"[Errno 1] ".repeat(818)}\n`;
  const startMs = performance.now();
  read(header + line.repeat(1000));
  // It was ten seconds where each of them was followed to the line's end.
  expect(performance.now() - startMs).toBeLessThan(2000);
});
