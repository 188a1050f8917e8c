import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Diagnostic, Problem, renderProblem, rule } from "@vivarium/core/diagnostic";
import { redact } from "@vivarium/core/redact";
import { paintOf } from "./colors.ts";
import { formatDiagnostic } from "./diagnostic-text.ts";

const bare: Diagnostic = { level: "error", code: "E_A", message: "it broke", causes: [], spans: [], fixes: [] };
const format = (diagnostic: Partial<Diagnostic>, cwd = "/nowhere"): string =>
  formatDiagnostic({ ...bare, ...diagnostic }, { paint: paintOf(false), cwd, redactText: redact });

test("message, causes, hint and address, a line each", () => {
  const text = format({
    level: "warning",
    message: "two\nlines",
    causes: ["first", "second"],
    hint: "do this\nand that",
    help_url: "https://example.org/",
  });
  expect(text).toMatchInlineSnapshot(`
    "warning[E_A]: two
      lines
      cause: first
      cause: second
      hint: do this
      and that
      see: https://example.org/
    "
  `);
});

test("text of others commands no terminal, and its lines pass for none of ours", () => {
  const evil = "\u001b[2J\u001b]0;pwned\u0007\u009b31m\u202e\u2066";
  const mark = "\\u001b[2J\\u001b]0;pwned\\u0007\\u009b31m\\u202e\\u2066";
  const span = { file: `${evil}\n.txt`, line: 1, column: 5, end_column: 6, text: `${evil[0]}abc!` };
  const text = format({ message: `it ${evil}\nerror: fake`, causes: [evil], hint: evil, spans: [span] });
  expect(text).toBe(
    [
      `error[E_A]: it ${mark}`,
      "  error: fake",
      `  at ${mark} .txt:1:5`,
      "  1 | \ufffdabc!",
      "    |     ^",
      `  cause: ${mark}`,
      `  hint: ${mark}`,
      "",
    ].join("\n"),
  );
});

test("line ends in parameters are folded, but for texts of ours", () => {
  const catalogue = {
    E_A: rule<{ name: string; proof: string }>({
      exit: 1,
      summary: "Test.",
      lines: ["proof"],
      message: (p) => `no '${p.name}'\n${p.proof}`,
    }),
  };
  const problem = new Problem("E_A", { name: "x\r\n  error: fake", proof: "because\nso" });
  expect(renderProblem(problem, catalogue).message).toBe("no 'x error: fake'\nbecause\nso");
  const folded = (name: string) => renderProblem(new Problem("E_A", { name, proof: "" }), catalogue).message;
  expect(folded("a \n \r\n\t b\n")).toBe("no 'a b '\n");
  // Quadratic, this would take longer than the test may.
  const blanks = " ".repeat(1_000_000);
  expect(folded(`a${blanks}b`)).toBe(`no 'a${blanks}b'\n`);
});

test("a span in a file shows its line; tabs keep the carets below their words", () => {
  const directory = mkdtempSync(join(tmpdir(), "vivarium-"));
  try {
    writeFileSync(join(directory, "a.txt"), "first\r\n\tflask >> 2\r\nlast");
    const span = { file: "a.txt", line: 2, column: 8, end_column: 10 };
    expect(format({ spans: [span] }, directory)).toMatchInlineSnapshot(`
      "error[E_A]: it broke
        at a.txt:2:8
        2 | 	flask >> 2
          | 	      ^^
      "
    `);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("a line of a file shows no secret, and the carets stay below what they mean", () => {
  const directory = mkdtempSync(join(tmpdir(), "vivarium-"));
  try {
    const line = "evil @ http://user:hunter2@host/x > 1";
    writeFileSync(join(directory, "a.txt"), line);
    const at = (from: string, to: string): string => {
      const [column, end_column] = [line.indexOf(from) + 1, line.indexOf(to) + to.length + 1];
      return format({ spans: [{ file: "a.txt", line: 1, column, end_column }] }, directory);
    };
    expect(at("> 1", "> 1")).toMatchInlineSnapshot(`
      "error[E_A]: it broke
        at a.txt:1:35
        1 | evil @ http://****@host/x > 1
          |                           ^^^
      "
    `);
    expect(at("evil", "evil")).toMatchInlineSnapshot(`
      "error[E_A]: it broke
        at a.txt:1:1
        1 | evil @ http://****@host/x > 1
          | ^^^^
      "
    `);
    expect(at("hunter2", "hunter2")).toMatchInlineSnapshot(`
      "error[E_A]: it broke
        at a.txt:1:20
        1 | evil @ http://****@host/x > 1
          |               ^^^^
      "
    `);
    expect(at("http", "/x")).toMatchInlineSnapshot(`
      "error[E_A]: it broke
        at a.txt:1:8
        1 | evil @ http://****@host/x > 1
          |        ^^^^^^^^^^^^^^^^^^
      "
    `);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("a span of an argument brings its own line", () => {
  expect(format({ spans: [{ line: 1, column: 7, text: "flask >> 2" }] })).toMatchInlineSnapshot(`
    "error[E_A]: it broke
      | flask >> 2
      |       ^
    "
  `);
});

test("of a long line a window is shown, after its secrets are masked", () => {
  const text = `${"x".repeat(600)} http://us:SECR@h/ HERE ${"y".repeat(400_000)}`;
  const column = text.indexOf("HERE") + 1;
  const [, source = "", carets = "", ...rest] = format({
    spans: [{ line: 1, column, end_column: column + 4, text }],
  }).split("\n");
  expect(source).toMatch(/^ {2}\| …x+ http:\/\/\*{4}@h\/ HERE y+…$/);
  expect(source.length).toBeLessThan(210);
  expect(carets).toBe(`${" ".repeat(2)}| ${" ".repeat(source.indexOf("HERE") - 4)}^^^^`);
  expect(rest).toEqual([""]);
});

test("a span over several lines is underlined to the end of its first", () => {
  const span = { line: 1, column: 3, end_line: 2, end_column: 1, text: "a [b" };
  expect(format({ spans: [span] })).toMatchInlineSnapshot(`
    "error[E_A]: it broke
      | a [b
      |   ^^
    "
  `);
});

test("a span past the end of its line, or in a file that is gone, still names its place", () => {
  expect(format({ spans: [{ line: 1, column: 4, text: "abc" }] })).toMatchInlineSnapshot(`
    "error[E_A]: it broke
      | abc
      |    ^
    "
  `);
  expect(format({ spans: [{ file: "gone.txt", line: 9, column: 1 }] })).toMatchInlineSnapshot(`
    "error[E_A]: it broke
      at gone.txt:9:1
    "
  `);
});

test("colours do not change the text", () => {
  const diagnostic = { ...bare, hint: "h", causes: ["c"], spans: [{ line: 1, column: 1, text: "x" }] };
  const painted = formatDiagnostic(diagnostic, { paint: paintOf(true), cwd: "/", redactText: redact });
  expect(painted).toContain("\u001b[");
  expect(Bun.stripANSI(painted)).toBe(
    formatDiagnostic(diagnostic, { paint: paintOf(false), cwd: "/", redactText: redact }),
  );
});

test("a line is shown in the coding that its file begins with, or not at all", () => {
  const directory = mkdtempSync(join(tmpdir(), "diagnostic-"));
  try {
    const shownOf = (bytes: Uint8Array): string => {
      writeFileSync(join(directory, "a.txt"), bytes);
      return format({ spans: [{ file: "a.txt", line: 2, column: 2 }] }, directory);
    };
    const wide = Buffer.from("\uFEFFone\r\nt\u00e4o\r\n", "utf16le");
    const line = "  2 | t\u00e4o\n    |  ^\n";
    expect(shownOf(wide)).toContain(line);
    expect(shownOf(Buffer.from(wide).swap16())).toContain(line);
    expect(shownOf(Buffer.from("one\nt\u00e4o"))).toContain(line);
    expect(shownOf(Buffer.from("one\nt\u00e4o", "latin1"))).toEndWith("  at a.txt:2:2\n");
  } finally {
    rmSync(directory, { recursive: true });
  }
});
