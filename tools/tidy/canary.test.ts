/** The rules notice: each complains about a small tree that breaks it, and about nothing else in that tree. */
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { diagnosticCodes } from "./diagnostic-codes.ts";
import { diagnosticVoice } from "./diagnostic-voice.ts";
import { documentPaths } from "./document-paths.ts";
import { fileSize } from "./file-size.ts";
import { forbiddenText } from "./forbidden-text.ts";
import { functionLength } from "./function-length.ts";
import { importCycles } from "./import-cycles.ts";
import { importDirection } from "./import-direction.ts";
import { parameters } from "./parameters.ts";
import { referenceFreshness } from "./reference-freshness.ts";
import { readSourceTree } from "./source-tree.ts";
import { startPaths } from "./start-path.ts";

const scratch = mkdtempSync(join(tmpdir(), "tidy-"));
afterAll(() => rmSync(scratch, { recursive: true }));

function treeOf(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(scratch, "tree-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return readSourceTree(root);
}

test("imports against the direction, type-only and lazy ones too", () => {
  const tree = treeOf({
    "core/a.ts": 'import type { B } from "../cli/b.ts";\nexport type A = B;\n',
    "cli/b.ts": 'import { c } from "@vivarium/core/a";\nexport type B = typeof c;\n',
    "pybun/versions/v.ts": 'export const i = () => import("../index/i.ts");\n',
    "pybun/index/i.ts": 'export type V = typeof import("../interpreter/p.ts");\n',
    "pybun/interpreter/p.ts": 'import "../../tests/fixture.ts";\n',
    "pybun/interpreter/p.test.ts": 'import "../../tests/fixture.ts";\nimport "../commands/c.ts";\n',
    "pybun/novelty/n.ts": 'import "../versions/v.ts";\n',
    "pybun/commands/c.ts": 'import "../versions/v.ts";\n',
    "tests/fixture.ts": "",
  });
  expect(importDirection(tree)).toEqual([
    "core/a.ts:1: 'core' must not import 'cli': imports point the other way",
    "pybun/index/i.ts:1: 'index' must not import 'interpreter': imports point the other way",
    "pybun/interpreter/p.ts:1: imports 'tests/fixture.ts', which only tests may use",
    "pybun/novelty/n.ts:1: imports 'versions' from 'novelty': give both a rank in tools/tidy/import-direction.ts",
    "pybun/versions/v.ts:1: 'versions' must not import 'index': imports point the other way",
  ]);
});

test("cycles, type-only and lazy ones too", () => {
  const tree = treeOf({
    "core/a.ts": 'import type { B } from "./b.ts";\nexport type A = B;\n',
    "core/b.ts": 'export * from "./c.ts";\n',
    "core/c.ts": 'export const a = () => import("./a.ts");\n',
    "core/d.ts": 'import "./a.ts";\n',
  });
  expect(importCycles(tree)).toEqual(["core/a.ts:1: a cycle of imports: core/a.ts, core/b.ts, core/c.ts"]);
});

test("paths in documents that do not exist", () => {
  const tree = treeOf({
    "core/a.ts": "",
    "docs/page.md": "[here](other.md) [site](https://example.org/a)\n`core/a.ts` `core/b.ts`, tools/*.ts\n",
    "README.md": [
      "`READM.md`, `spec/nope.md`, `./nope.sh` and `core/env/NOPE`",
      "`.ci/nope`, and twice `core/b.ts` core/b.ts",
      // None of these is a path of ours that is missing.
      "`README.md` `./core/a.ts` `a.ts` `core/` `uv.toml` `script.py` `text/html` `cli/<name>.ts` `core/*.ts` `E/F`",
      "",
    ].join("\n"),
    ".ci/run.sh": "",
  });
  expect(documentPaths(tree)).toEqual([
    ...["READM.md", "spec/nope.md", "./nope.sh", "core/env/NOPE"].map(
      (path) => `README.md:1: names '${path}', which does not exist`,
    ),
    "README.md:2: names '.ci/nope', which does not exist",
    "README.md:2: names 'core/b.ts', which does not exist",
    "docs/page.md:1: names 'other.md', which does not exist",
    "docs/page.md:2: names 'core/b.ts', which does not exist",
  ]);
});

test("diagnostic codes that are duplicate, undocumented or named by no test", () => {
  const tree = treeOf({
    "core/diagnostics.ts":
      "export const c = {\n  E_A: rule({}),\n  E_B: rule({}),\n  E_D: rule({}),\n  E_E: rule({}),\n  E_F: rule({}),\n};\n",
    "cli/diagnostics.ts": "export const c = {\n  E_A: rule({}),\n  W_C: rule({}),\n};\n",
    "core/a.test.ts": 'test("E_A and E_B"); "W_C_OTHER"; /^E_D/; `${1} E_E`; // E_F in words\n/* W_C, too */\n',
    "docs/reference/diagnostics.md": "E_A W_C E_D E_E E_F\n",
  });
  expect(diagnosticCodes(tree)).toEqual([
    "cli/diagnostics.ts:3: W_C is named by no test",
    "core/diagnostics.ts:2: E_A is declared already at cli/diagnostics.ts:2",
    "core/diagnostics.ts:3: E_B is not in docs/reference/diagnostics.md",
    "core/diagnostics.ts:6: E_F is named by no test",
  ]);
});

test("diagnostics in another voice", () => {
  const tree = treeOf({
    "core/diagnostics.ts": [
      'const ask = () => "try again";',
      "export const c = {",
      "  E_A: rule<{ a: string }>({",
      '    summary: "lower case",',
      '    message: (p) => (p.a === "" ? "Nothing is there." : `cannot read "${p.a}"`),',
      "    hint: (p) => (p.a === '' ? undefined : `use --force, or ${p.a}`),",
      "  }),",
      "  E_B: rule<{ b: string }>({",
      '    summary: "A thing is missing.",',
      "    message: (p) => `Python '${p.b}' is missing`,",
      "    hint: ask,",
      "  }),",
      "  E_C: rule<{ c: string }>({",
      '    summary: "pip does it.",',
      "    message: (p) => `'${p.c}' is odd`,",
      "    hint: (p) => `Use \\`--force\\`, or name ${p.c}`,",
      "  }),",
      "};",
      "",
    ].join("\n"),
  });
  expect(diagnosticVoice(tree)).toEqual([
    "core/diagnostics.ts:4: a summary begins with a capital",
    "core/diagnostics.ts:4: a summary ends with a stop",
    "core/diagnostics.ts:5: a message begins in lower case",
    "core/diagnostics.ts:5: a message ends without a stop",
    "core/diagnostics.ts:6: a hint begins with a capital",
    "core/diagnostics.ts:6: options of a hint stand in `backticks`",
    "core/diagnostics.ts:1: a hint begins with a capital",
    "core/diagnostics.ts:1: a hint ends with a stop",
    "core/diagnostics.ts:5: quote values with 'single' quotes",
  ]);
});

test("a reference page that its generator would make otherwise", async () => {
  const pages = ["docs/reference/diagnostics.md", "docs/reference/settings.md"];
  const old = Object.fromEntries(pages.map((path) => [path, "old\n"]));
  expect(await referenceFreshness(treeOf({ "core/diagnostics.ts": "export const c = {};\n", ...old }))).toEqual(
    pages.map((path) => `${path}:1: is out of date; run: sh tools/bun.sh tools/generate-reference.ts`),
  );
});

test("start paths with a stranger, an idle entry and too many bytes, behind a lazy import too", async () => {
  const tree = treeOf({
    "vivarium/main.ts":
      'import { a } from "./a.ts";\nimport type { T } from "./t.ts";\nconsole.log(a as T);\nawait import("../pybun/fast.ts");\n',
    "pybun/fast.ts": 'import { b } from "./b.ts";\nconsole.log(b);\nawait import("./slow.ts");\n',
    "pybun/b.ts": `import { join } from "node:path";\nexport const b = join("${"x".repeat(300)}");\n`,
    "pybun/slow.ts": `console.log("${"x".repeat(900)}");\n`,
    "vivarium/a.ts": `import { tmpdir } from "node:os";\nexport const a = tmpdir() + "${"x".repeat(500)}";\n`,
    "vivarium/t.ts": "export type T = string;\n",
  });
  const complaints = await startPaths(tree, [
    { entry: "vivarium/main.ts", allowed: ["vivarium/a.ts", "core/gone.ts"], bundleBytesMax: 400 },
    { entry: "pybun/fast.ts", allowed: ["pybun/b.ts"], bundleBytesMax: 300 },
    { entry: "pybun/b.ts", allowed: ["node:path"], bundleBytesMax: 500 },
    { entry: "pybun/gone.ts", allowed: [], bundleBytesMax: 1 },
  ]);
  expect(complaints.map((text) => text.replace(/\d{3,} bytes/, "N bytes"))).toEqual([
    "vivarium/a.ts:1: 'node:os' is not on the allow-list of vivarium/main.ts",
    "vivarium/main.ts:1: 'core/gone.ts' is on the allow-list, but no longer on the start path",
    "vivarium/main.ts:1: a start loads N bytes, over the budget of 400",
    "pybun/b.ts:1: 'node:path' is not on the allow-list of pybun/fast.ts",
    "pybun/fast.ts:1: a start loads N bytes, over the budget of 300",
    "pybun/gone.ts:1: is an entry with an allow-list, but does not exist",
  ]);
});

test("files that are long, grew, or shrank behind the list's back", () => {
  const tree = treeOf({ "a.ts": "\n".repeat(401), "b.ts": "\n".repeat(502), "c.py": "\n".repeat(450) });
  expect(fileSize(tree, { "b.ts": 501, "c.py": 460 })).toEqual([
    "a.ts:1: 401 lines, over 400: split it by concept",
    "b.ts:1: 502 lines, over 501: split it by concept",
    "c.py:1: now 450 lines: lower its 460 in the list of long files",
  ]);
});

test("functions that are long, grew, or shrank behind the list's back", () => {
  const body = (lines: number): string => "\n".repeat(lines - 1);
  const tree = treeOf({
    "a.ts": `export function fits() {${body(45)}}\nexport function long() {${body(46)}}\n`,
    "b.ts": `export const grew = () => {${body(72)}};\nexport const shrank = () => {${body(65)}};\n`,
    "b.test.ts": `describe("x", () => {${body(99)}});\n`,
  });
  expect(functionLength(tree, { "b.ts:grew": 71, "b.ts:shrank": 66 })).toEqual([
    "a.ts:46: 'long' has 46 lines, over 45: split it",
    "b.ts:1: 'grew' has 72 lines, over 71: split it",
    "b.ts:1: 'b.ts:shrank' has 65 lines now: lower its 66 in the list of long functions",
  ]);
});

test("functions with more than three parameters, except what a pattern's groups are given to", () => {
  const tree = treeOf({
    "a.ts": "export function three(a, b, c) {}\nexport const four = (a, b, { c }, ...d) => a;\n",
    "b.ts": [
      "four(1, (a, b, c, d) => d);",
      "text.replace(/(a)(b)(c)/, (whole, a, b, c) => c).replaceAll(/(a)(b)(c)/g, (whole, a, b, c) => c);",
      "",
    ].join("\n"),
    "b.test.ts": "function tested(a, b, c, d = 1) {}\n",
  });
  expect(parameters(tree)).toEqual([
    "a.ts:2: 'four' has 4 positional parameters, over 3: take an options object",
    "b.ts:1: 'anonymous' has 4 positional parameters, over 3: take an options object",
  ]);
});

test("any, silenced compilers and machine paths", () => {
  // In pieces, so that this file is no complaint itself.
  const ignore = ["@ts", "ignore"].join("-");
  const home = ["", "root", "thing"].join("/");
  const tree = treeOf({
    "a.ts": `const a: any = 1; // any in a comment is fine\n// ${ignore}\n`,
    "b.ts": "const b: any = 1;\n",
    "c.md": `see ${home}\nand 'any' path such as a/root/b\n`,
  });
  expect(forbiddenText(tree, ["b.ts"])).toEqual([
    "a.ts:1: the type any",
    "a.ts:2: silences the compiler",
    "c.md:1: a path of somebody's machine",
  ]);
});
