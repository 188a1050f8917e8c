/**
 * The sources as the rules see them: each TypeScript and Markdown file with its text, and for TypeScript the module
 * records that oxc-parser reads, type-only imports included (Bun's own scanner drops those).
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { parseSync, Visitor } from "oxc-parser";

export type ImportKind = "static" | "type" | "dynamic";

export interface ImportRecord {
  readonly specifier: string;
  readonly kind: ImportKind;
  readonly line: number;
  /** The repository file that it leads to; undefined for packages and built-ins. */
  readonly target: string | undefined;
}

export interface SourceFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lineCount: number;
  /** Empty for files other than TypeScript. */
  readonly imports: readonly ImportRecord[];
  /** Lines on which the type `any` is written. */
  readonly anyLines: readonly number[];
}

export interface SourceTree {
  readonly root: string;
  readonly files: ReadonlyMap<string, SourceFile>;
}

const skippedDirectories = new Set(["node_modules", "dist", ".cache", ".git", "__pycache__", ".venv"]);
const readExtensions = [".ts", ".md", ".py", ".json", ".toml", ".yml", ".sh", ".txt"];

export function readSourceTree(root: string): SourceTree {
  const paths = [...walk(root, root)].sort();
  return { root, files: new Map(paths.map((path) => [path, readSource(root, path)])) };
}

function* walk(root: string, directory: string): Generator<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (!skippedDirectories.has(entry.name)) yield* walk(root, path);
    } else if (readExtensions.some((extension) => entry.name.endsWith(extension))) {
      yield relative(root, path).split(sep).join("/");
    }
  }
}

function readSource(root: string, path: string): SourceFile {
  const text = readFileSync(join(root, path), "utf8");
  const lineCount = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  if (!path.endsWith(".ts")) return { path, text, lineCount, imports: [], anyLines: [] };
  return { path, text, lineCount, ...readModule(root, path, text) };
}

function readModule(root: string, path: string, text: string): Pick<SourceFile, "imports" | "anyLines"> {
  const { module, program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const imports: ImportRecord[] = [];
  const anyLines: number[] = [];
  const add = (specifier: string, kind: ImportKind, offset: number) => {
    const target = resolveSpecifier(root, path, specifier);
    imports.push({ specifier, kind, line: lineAt(text, offset), target });
  };
  for (const { moduleRequest, entries, start } of module.staticImports) {
    const isTypeOnly = entries.length > 0 && entries.every(({ isType }) => isType);
    add(moduleRequest.value, isTypeOnly ? "type" : "static", start);
  }
  for (const { moduleRequest, isType, start } of module.staticExports.flatMap(({ entries }) => entries)) {
    if (moduleRequest !== null) add(moduleRequest.value, isType ? "type" : "static", start);
  }
  for (const { moduleRequest, start } of module.dynamicImports) {
    const literal = /^["'](.*)["']$/.exec(text.slice(moduleRequest.start, moduleRequest.end));
    if (literal?.[1] !== undefined) add(literal[1], "dynamic", start);
  }
  new Visitor({
    TSImportType: (node) => add(node.source.value, "type", node.start),
    TSAnyKeyword: (node) => anyLines.push(lineAt(text, node.start)),
  }).visit(program);
  return { imports, anyLines };
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

const workspacePrefix = "@vivarium/";

function resolveSpecifier(root: string, from: string, specifier: string): string | undefined {
  if (specifier.startsWith(workspacePrefix)) return `${specifier.slice(workspacePrefix.length)}.ts`;
  if (!specifier.startsWith(".")) return undefined;
  const target = posix.normalize(posix.join(dirname(from), specifier));
  return existsSync(join(root, target)) ? target : undefined;
}

/** Test files, and the folders that only they use. */
export function isTestSource(path: string): boolean {
  return path.endsWith(".test.ts") || path.includes("/testing/") || path.startsWith("tests/");
}
