/**
 * Every diagnostic code is declared once, is in the reference (docs/reference/diagnostics.md, made by
 * tools/generate-reference.ts), and stands in a string, a template or a regular expression of a test, which is where it
 * is provoked. A comment provokes nothing.
 */
import { parseSync, Visitor } from "oxc-parser";
import type { SourceFile, SourceTree } from "./source-tree.ts";

const codePattern = /\b[EWI]_[A-Z0-9_]+\b/g;
const declarationPattern = /^ {2}([EWI]_[A-Z0-9_]+): rule\b/;

interface Declaration {
  readonly code: string;
  readonly place: string;
}

export const referencePath = "docs/reference/diagnostics.md";

export function diagnosticCodes(tree: SourceTree): string[] {
  const declarations = declaredCodes(tree);
  const reference = tree.files.get(referencePath)?.text ?? "";
  const tested = testedCodes([...tree.files.values()].filter(({ path }) => path.endsWith(".test.ts")));
  const firstPlaces = new Map<string, string>();
  return declarations.flatMap(({ code, place }) => {
    const first = firstPlaces.get(code);
    firstPlaces.set(code, first ?? place);
    const whole = new RegExp(`\\b${code}\\b`);
    return [
      ...(first === undefined ? [] : [`${place}: ${code} is declared already at ${first}`]),
      ...(whole.test(reference) ? [] : [`${place}: ${code} is not in ${referencePath}`]),
      ...(tested.has(code) ? [] : [`${place}: ${code} is named by no test`]),
    ];
  });
}

function testedCodes(tests: readonly SourceFile[]): ReadonlySet<string> {
  const codes = new Set<string>();
  const add = (text: string): void => {
    for (const [code] of text.matchAll(codePattern)) codes.add(code);
  };
  const visitor = new Visitor({
    Literal: ({ raw }) => add(raw ?? ""),
    TemplateElement: ({ value }) => add(value.raw),
  });
  for (const { path, text } of tests) visitor.visit(parseSync(path, text).program);
  return codes;
}

function declaredCodes(tree: SourceTree): Declaration[] {
  const catalogues = [...tree.files.values()].filter(({ path }) => /(^|[/-])diagnostics\.ts$/.test(path));
  return catalogues.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => {
      const code = declarationPattern.exec(line)?.[1];
      return code === undefined ? [] : [{ code, place: `${path}:${index + 1}` }];
    }),
  );
}
