/** What of a directory a policy allows: the whole of it, or parts of it, each with its own right. */
import { effective } from "../../../core/policy/combine.ts";
import type { Policy } from "../../../core/policy/policy.ts";
import { errnoOf } from "./error-code.ts";
import { files } from "./host-files.ts";

export interface GrantedPart {
  /** Below the directory, with slashes; "" for all of it. */
  readonly path: string;
  readonly canWrite: boolean;
}

export interface GivenDirectory {
  /** Where it really is: without links. */
  readonly hostPath: string;
  readonly canWrite: boolean;
}

/** A grant of a single file is not a directory's, and gives nothing here. */
export function grantedParts({ hostPath, canWrite }: GivenDirectory, { capabilities }: Policy): readonly GrantedPart[] {
  const readable = effective(capabilities, "read").map(realPathOf);
  const writable = canWrite ? capabilities.write.map(realPathOf) : [];
  const covers = (grant: string): boolean => below(grant, hostPath) !== undefined;
  if (writable.some(covers)) return [{ path: "", canWrite: true }];
  const inside = (grants: readonly string[]): readonly string[] =>
    grants.flatMap((grant) => below(hostPath, grant) ?? []);
  const writableParts = outermost(inside(writable));
  const isPart = (path: string): boolean => writableParts.some((part) => below(`/${part}`, `/${path}`) !== undefined);
  const readableParts = readable.some(covers) ? [""] : outermost(inside(readable)).filter((path) => !isPart(path));
  return [
    ...readableParts.map((path) => ({ path, canWrite: false })),
    ...writableParts.map((path) => ({ path, canWrite: true })),
  ];
}

/** Without those that are below others. */
const outermost = (paths: readonly string[]): readonly string[] =>
  [...new Set(paths)].filter(
    (path) => !paths.some((other) => other !== path && below(`/${other}`, `/${path}`) !== undefined),
  );

/** The way from a directory down to a path: "" for the directory itself, undefined for what is not in it. */
function below(directory: string, path: string): string | undefined {
  if (path === directory) return "";
  const prefix = directory.endsWith("/") ? directory : `${directory}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}

/** Of what is not there, its words. */
function realPathOf(grant: string): string {
  try {
    return files.realpathSync(grant);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return grant;
  }
}
