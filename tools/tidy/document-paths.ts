/**
 * Every path that a Markdown file names exists: targets of links, and anything written like a path below one of our
 * top folders, in prose and in code blocks. Patterns (`*`, `<name>`, `NAME`) and what commands make (dist) are not paths.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SourceFile, SourceTree } from "./source-tree.ts";

const linkPattern = /\]\(([^)\s#]+)(?:#[^)]*)?\)/g;
const pathPattern =
  /(?<![\w/@.$~{-])(?:core|cli|pybun|vivarium|examples|bench|tests|tools|docs|\.github|\.ci)\/[\w./@-]*(?![\w*<…{])/g;

export function documentPaths(tree: SourceTree): string[] {
  return [...tree.files.values()].filter(({ path }) => path.endsWith(".md")).flatMap((file) => judge(tree.root, file));
}

function judge(root: string, file: SourceFile): string[] {
  return file.text.split("\n").flatMap((line, index) => {
    const links = [...line.matchAll(linkPattern)]
      .map(([, target = ""]) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(join(root, dirname(file.path), target)));
    const paths = [...line.matchAll(pathPattern)]
      .map(([path]) => path.replace(/[./]+$/, ""))
      .filter((path) => !/[A-Z]{3,}|NNNN/.test(path) || path.endsWith(".md"))
      .filter((path) => !existsSync(join(root, path)) && !existsSync(join(root, dirname(file.path), path)));
    return [...links, ...paths].map((path) => `${file.path}:${index + 1}: names '${path}', which does not exist`);
  });
}
