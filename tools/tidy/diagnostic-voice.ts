/**
 * All diagnostics speak with one voice, as far as their source tells without parameters to render them with:
 *
 *   summary  a sentence: capital, stop
 *   message  lower case, no stop: it stands behind `error[E_…]: `
 *   hint     sentences: capital, stop (or question mark)
 *   in both  values in 'quotes', never in "double" ones; options in `backticks`
 *
 * Texts that begin or end with a parameter, and those of functions that are not written in the catalogue's own file,
 * are taken on trust.
 */
import { type Expression, type Node, parseSync, Visitor } from "oxc-parser";
import type { SourceFile, SourceTree } from "./source-tree.ts";

/** Stands for what is only known at run time. */
const hole = "\u0000";

interface Text {
  readonly value: string;
  readonly offset: number;
}

export function diagnosticVoice(tree: SourceTree): string[] {
  const catalogues = [...tree.files.values()].filter(({ path }) => /(^|[/-])diagnostics\.ts$/.test(path));
  return catalogues.flatMap(judgeCatalogue);
}

function judgeCatalogue({ path, text: source }: SourceFile): string[] {
  const { program } = parseSync(path, source);
  const named = new Map<string, Node>();
  const found: { part: Part; value: Node }[] = [];
  const templates: Text[] = [];
  new Visitor({
    VariableDeclarator: ({ id, init }) => {
      if (id.type === "Identifier" && init !== null) named.set(id.name, init);
    },
    Property: ({ key, value }) => {
      if (key.type === "Identifier" && isPart(key.name)) found.push({ part: key.name, value });
    },
    TemplateLiteral: (node) => void templates.push(...textsOf(node, named)),
  }).visit(program);
  const complaints = found.flatMap(({ part, value }) =>
    textsOf(value, named).flatMap((text) =>
      faultsOf(part, text.value).map((fault) => ({ fault, offset: text.offset })),
    ),
  );
  const quoted = templates.filter(({ value }) => value.includes(`"${hole}"`));
  const all = [...complaints, ...quoted.map(({ offset }) => ({ fault: "quote values with 'single' quotes", offset }))];
  const lines = all.map(({ fault, offset }) => `${path}:${source.slice(0, offset).split("\n").length}: ${fault}`);
  return [...new Set(lines)];
}

const parts = ["summary", "message", "hint"] as const;
type Part = (typeof parts)[number];
const isPart = (name: string): name is Part => parts.some((part) => part === name);

/** Names that keep their capital wherever they stand. */
const properName = /^(?:C?Python|PyPI|[A-Z][A-Z0-9_]+)\b/;

function faultsOf(part: Part, text: string): string[] {
  const isSentence = part !== "message";
  const faults: string[] = [];
  if (isSentence && /^[a-z]/.test(text) && !/^pip\b/.test(text)) faults.push(`a ${part} begins with a capital`);
  if (isSentence && !/[.?!]['`]?$|\u0000$/.test(text)) faults.push(`a ${part} ends with a stop`);
  if (!isSentence && /^[A-Z]/.test(text) && !properName.test(text)) faults.push("a message begins in lower case");
  if (!isSentence && text.endsWith(".")) faults.push("a message ends without a stop");
  if (part !== "summary" && namesBareOption(text)) faults.push(`options of a ${part} stand in \`backticks\``);
  return faults;
}

/** Every second piece between backticks is code. */
const namesBareOption = (text: string): boolean =>
  text.split("`").some((piece, index) => index % 2 === 0 && /(?:^|[\s('])--[a-z]/.test(piece));

/** The texts that an expression may come to. */
function textsOf(node: Node, named: ReadonlyMap<string, Node>): Text[] {
  const offset = node.start;
  switch (node.type) {
    case "Literal":
      return typeof node.value === "string" ? [{ value: node.value, offset }] : [];
    case "TemplateLiteral":
      return [{ value: node.quasis.map(({ value }) => value.cooked ?? "").join(hole), offset }];
    case "ConditionalExpression":
      return [...textsOf(node.consequent, named), ...textsOf(node.alternate, named)];
    case "LogicalExpression":
      return [...textsOf(node.left, named), ...textsOf(node.right, named)];
    case "ArrowFunctionExpression":
      return node.body.type === "BlockStatement" ? [] : textsOf(node.body, named);
    case "ParenthesizedExpression":
      return textsOf(node.expression, named);
    case "CallExpression":
      return textsOfName(node.callee, named);
    case "Identifier":
      return textsOfName(node, named);
    default:
      return [];
  }
}

/** A constant or function of the same file; itself not looked up again, so that nothing goes in circles. */
function textsOfName(callee: Expression | Node, named: ReadonlyMap<string, Node>): Text[] {
  const value = callee.type === "Identifier" ? named.get(callee.name) : undefined;
  return value === undefined ? [] : textsOf(value, new Map([...named].filter(([, node]) => node !== value)));
}
