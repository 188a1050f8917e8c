import { existsSync, lstatSync, statSync } from "node:fs";
import { Problem, problemsOf } from "../diagnostic.ts";
import type { coreDiagnostics } from "../diagnostics.ts";
import { placeOfFailure } from "./place-of-failure.ts";

const problem = problemsOf<typeof coreDiagnostics>();

/** The system's name for an error, such as `ENOSPC`; undefined for anything that is no failed system call. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}

function isFileInTheWay(errno: string, path: string): boolean {
  return errno === "EEXIST" && existsSync(path) && !statSync(path).isDirectory();
}

/** Such a link is in the way of a directory, and where it leads nothing can be made. */
function leadsNowhere(path: string): boolean {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink && !existsSync(path);
}

/**
 * Operations that fail on the way to a name of ours: what the user knows is the place where it should have come to be.
 */
const making = new Set(["write", "create", "publish", "lock"]);

/**
 * A failed system call as the store's problem, with the path that the system named, else `path`; where something was to
 * be made, with the part of that path which exists. Everything else comes back as it is: problems on their way up, and
 * our own bugs.
 */
export function ioProblem(error: unknown, { path, operation }: { path: string; operation: string }): unknown {
  const errno = errnoOf(error);
  if (errno === undefined || error instanceof Problem) return error;
  const given = error instanceof Error && "path" in error && typeof error.path === "string" ? error.path : path;
  const named = making.has(operation) ? placeOfFailure(given) : given;
  const context = { cause: error };
  switch (errno) {
    case "EROFS":
      return problem("E_STORE_READ_ONLY", { path: named }, context);
    case "EACCES":
    case "EPERM":
      return problem("E_STORE_PERMISSION", { path: named }, context);
    case "ENOSPC":
    case "EDQUOT":
      return problem("E_STORE_FULL", { path: named }, context);
    case "ENOTDIR":
      return problem("E_STORE_NOT_DIRECTORY", { path: placeOfFailure(given) }, context);
    default:
      // Where a directory was to be made there is a file.
      if (isFileInTheWay(errno, named)) return problem("E_STORE_NOT_DIRECTORY", { path: named }, context);
      if (making.has(operation) && leadsNowhere(named)) {
        return problem("E_STORE_IO", { path: named, operation, errno, leadsNowhere: true }, context);
      }
      return problem("E_STORE_IO", { path: named, operation, errno }, context);
  }
}
