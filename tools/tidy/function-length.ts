/**
 * One thought a function: 45 lines at most. A longer one stands in a list with its length, which may only shrink. Tests
 * are left out: the body of a `describe` is a list of tests, and no function that somebody has to follow.
 */
import { functionsOf } from "./functions.ts";
import { isTestSource, type SourceTree } from "./source-tree.ts";

const functionLinesMax = 45;

/** `longFunctions` is by `path:name`. A function without a name is known as `anonymous`. */
export function functionLength(tree: SourceTree, longFunctions: Readonly<Record<string, number>>): string[] {
  const seen = new Map<string, number>();
  const grown = [...tree.files.values()]
    .filter(({ path }) => path.endsWith(".ts") && !isTestSource(path))
    .flatMap((file) =>
      functionsOf(file).flatMap(({ name, line, lineCount }) => {
        const key = `${file.path}:${name}`;
        seen.set(key, Math.max(lineCount, seen.get(key) ?? 0));
        const allowed = longFunctions[key] ?? functionLinesMax;
        return lineCount > allowed
          ? [`${file.path}:${line}: '${name}' has ${lineCount} lines, over ${allowed}: split it`]
          : [];
      }),
    );
  const shrunk = Object.entries(longFunctions).flatMap(([key, listed]) => {
    const lineCount = seen.get(key) ?? 0;
    const path = key.slice(0, key.lastIndexOf(":"));
    return lineCount < listed
      ? [`${path}:1: '${key}' has ${lineCount} lines now: lower its ${listed} in the list of long functions`]
      : [];
  });
  return [...grown, ...shrunk];
}
