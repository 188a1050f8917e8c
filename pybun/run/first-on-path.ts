/** Whether PATH as it is leads to an interpreter and its scripts. */
import { realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Environment } from "@vivarium/core/paths";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { isExecutable } from "../interpreter/file-identity.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";

/** The first directory of PATH that has a Python is the one with the interpreter's scripts. */
export function isFirstOnPath({ prefix, scheme }: Interpreter, environment: Environment): boolean {
  const suffix = process.platform === "win32" ? ".exe" : "";
  const places = (environment["PATH"] ?? "").split(delimiter);
  const first = places.find((place) =>
    ["python3", "python"].some((name) => place !== "" && isExecutable(join(place, `${name}${suffix}`))),
  );
  return first !== undefined && realPath(first) === realPath(join(prefix, scheme.scripts));
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return path;
  }
}
