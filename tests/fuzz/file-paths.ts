/** Paths that guests try. */
import { chance, pick, type Random } from "./random.ts";

export const someNames = ["file", "dir", "dir/inner", "new", "new/deep", "out", "away", "loop", "dir/up", "dir/off"];

/** Most of them lead out, or to nothing. */
export const outsidePaths = [
  "..",
  "../secret",
  "dir/../../secret",
  "/etc/passwd",
  "/proc/self/environ",
  "out/secret",
  "dir/up/../secret",
  "dir/off/arrow",
  "",
  ".",
  "/",
  "//file",
  "file/",
  "file/..",
  "dir/./inner",
  "a\0b",
  "\\..\\secret",
  "x".repeat(300),
  "dir/".repeat(2000),
];

export const randomPath = (random: Random): string => pick(random, chance(random, 3) ? outsidePaths : someNames);
