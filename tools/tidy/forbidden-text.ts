/**
 * What no file may hold: the type `any` and comments that silence the compiler (outside a short list with reasons),
 * and paths of somebody's machine.
 */
import { homedir } from "node:os";
import { join } from "node:path";
import type { SourceTree } from "./source-tree.ts";

/** The home of an administrator, and whatever this checkout's and this user's own directories are called. */
const machinePaths = [
  /(?<![\w.$}/~-])\/root\/[\w.]/,
  ...[join(import.meta.dir, "..", ".."), homedir()].filter((path) => path.length > 1).map(wholePath),
];
const silencer = new RegExp(`@ts-(?:${["ignore", "nocheck", "expect-error"].join("|")})`);

export function forbiddenText(tree: SourceTree, allowedAny: readonly string[]): string[] {
  return [...tree.files.values()].flatMap(({ path, text, anyLines }) => {
    const lines = text.split("\n");
    return [
      ...(allowedAny.includes(path) ? [] : anyLines.map((line) => `${path}:${line}: the type any`)),
      ...linesWith(lines, silencer).map((line) => `${path}:${line}: silences the compiler`),
      ...[...new Set(machinePaths.flatMap((pattern) => linesWith(lines, pattern)))].map(
        (line) => `${path}:${line}: a path of somebody's machine`,
      ),
    ];
  });
}

function linesWith(lines: readonly string[], pattern: RegExp): number[] {
  return lines.flatMap((line, index) => (pattern.test(line) ? [index + 1] : []));
}

function wholePath(path: string): RegExp {
  return new RegExp(`(?<![\\w./-])${path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}/[\\w.]`);
}
