/** The functions of a file, as rules about them see them. */
import { type Node, parseSync, Visitor } from "oxc-parser";
import type { SourceFile } from "./source-tree.ts";

interface FunctionFacts {
  /** `anonymous` where it has none. */
  readonly name: string;
  readonly line: number;
  readonly lineCount: number;
  readonly parameterCount: number;
  /** Somebody else says what it is called with: a replacer gets as many groups as its pattern has. */
  readonly isReplacer: boolean;
}

type FunctionNode = Node & { readonly id?: { readonly name: string } | null; readonly params: readonly unknown[] };

export function functionsOf({ path, text }: SourceFile): readonly FunctionFacts[] {
  const found: FunctionFacts[] = [];
  const names = new Map<number, string>();
  const replacers = new Set<number>();
  const add = (node: FunctionNode): void => {
    const line = lineAt(text, node.start);
    const name = node.id?.name ?? names.get(node.start) ?? "anonymous";
    const lineCount = lineAt(text, node.end) - line + 1;
    found.push({ name, line, lineCount, parameterCount: node.params.length, isReplacer: replacers.has(node.start) });
  };
  new Visitor({
    VariableDeclarator: ({ id, init }) => {
      if (id.type === "Identifier" && init !== null) names.set(init.start, id.name);
    },
    CallExpression: ({ callee, arguments: given }) => {
      if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return;
      if (callee.property.name.startsWith("replace") && given[1] !== undefined) replacers.add(given[1].start);
    },
    FunctionDeclaration: add,
    FunctionExpression: add,
    ArrowFunctionExpression: add,
  }).visit(parseSync(path, text).program);
  return found;
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;
