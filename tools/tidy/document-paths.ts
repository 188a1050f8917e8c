/**
 * Every path that a Markdown file names exists: targets of links, and anything written like a path below one of our
 * top folders, in prose and in code blocks. Patterns (`*`, `<name>`, `NAME`) and what commands make (dist) are not paths.
 *
 * A word alone in backticks is a path already where it ends like a source of ours, begins with `./` or with a folder of
 * the repository; capitals excuse nothing there. Endings that files of users and of other tools have (`uv.toml`,
 * `script.py`) say so only behind a folder.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { SourceFile, SourceTree } from "./source-tree.ts";

const linkPattern = /\]\(([^)\s#]+)(?:#[^)]*)?\)/g;
const pathPattern =
  /(?<![\w/@.$~{-])(?:core|cli|pybun|vivarium|examples|bench|tests|tools|docs|\.github|\.ci)\/[\w./@-]*(?![\w*<…{])/g;

const wordPattern = /`(\.?[\w@][\w./@-]*|\.\/[\w./@-]+)`/g;
const ownEnding = /\.(?:ts|md|sh)$/;
const endingBehindFolder = /\/[\w.@-]+\.(?:ts|md|sh|py|json|toml|yml|txt)$/;

export function documentPaths(tree: SourceTree): string[] {
  const known: Known = {
    root: tree.root,
    folders: new Set([...tree.files.keys()].filter((path) => path.includes("/")).map((path) => path.split("/", 1)[0])),
    names: new Set([...tree.files.keys()].map((path) => basename(path))),
  };
  return [...tree.files.values()].filter(({ path }) => path.endsWith(".md")).flatMap((file) => judge(file, known));
}

interface Known {
  readonly root: string;
  /** Those at the top. */
  readonly folders: ReadonlySet<string | undefined>;
  /** Of files, without their folders: prose speaks of `diagnostics.ts` where each folder has one. */
  readonly names: ReadonlySet<string>;
}

function judge(file: SourceFile, { root, folders, names }: Known): string[] {
  const exists = (path: string): boolean =>
    existsSync(join(root, path)) || existsSync(join(root, dirname(file.path), path));
  const isPath = (word: string): boolean =>
    word.startsWith("./") ||
    ownEnding.test(word) ||
    endingBehindFolder.test(word) ||
    (word.includes("/") && folders.has(word.split("/", 1)[0]));
  return file.text.split("\n").flatMap((line, index) => {
    const links = [...line.matchAll(linkPattern)]
      .map(([, target = ""]) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(join(root, dirname(file.path), target)));
    const paths = [...line.matchAll(pathPattern)]
      .map(([path]) => path.replace(/[./]+$/, ""))
      .filter((path) => !/[A-Z]{3,}|NNNN/.test(path) || path.endsWith(".md"))
      .filter((path) => !exists(path));
    const words = [...line.matchAll(wordPattern)]
      .map(([, word = ""]) => word.replace(/[./]+$/, ""))
      .filter((word) => isPath(word) && !word.includes("NNNN") && !exists(word) && !names.has(word));
    return [...new Set([...links, ...paths, ...words])].map(
      (path) => `${file.path}:${index + 1}: names '${path}', which does not exist`,
    );
  });
}
