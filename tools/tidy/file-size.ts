/**
 * One concept a file: 400 lines at most. A file that is longer stands in a list with its length, which may only
 * shrink: a file that grew, or that shrank without the list being told, is a complaint.
 */
import type { SourceTree } from "./source-tree.ts";

const lineCountMax = 400;

export function fileSize(tree: SourceTree, longFiles: Readonly<Record<string, number>>): string[] {
  const grown = [...tree.files.values()]
    .filter(({ path }) => path.endsWith(".ts") || path.endsWith(".py"))
    .flatMap(({ path, lineCount }) => {
      const allowed = longFiles[path] ?? lineCountMax;
      return lineCount > allowed ? [`${path}:1: ${lineCount} lines, over ${allowed}: split it by concept`] : [];
    });
  const shrunk = Object.entries(longFiles).flatMap(([path, listed]) => {
    const lineCount = tree.files.get(path)?.lineCount ?? 0;
    return lineCount < listed
      ? [`${path}:1: now ${lineCount} lines: lower its ${listed} in the list of long files`]
      : [];
  });
  return [...grown, ...shrunk];
}
