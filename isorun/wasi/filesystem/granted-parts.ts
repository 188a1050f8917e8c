/** What of a directory a policy allows: the whole of it, or parts of it, each with what may be changed in it. */
import { effective } from "../../../core/policy/combine.ts";
import type { Policy } from "../../../core/policy/policy.ts";
import { errnoOf } from "./error-code.ts";
import { files } from "./host-files.ts";
import { kernelFileSystemAt } from "./kernel-files.ts";
import { type Rights, rightsTo } from "./rights.ts";

export interface GrantedPart {
  /** Below the directory, with slashes; "" for all of it. */
  readonly path: string;
  readonly rights: Rights;
}

export interface GivenDirectory {
  /** Where it really is: without links. */
  readonly hostPath: string;
  readonly canWrite: boolean;
}

/** None of them is in another. A grant of a single file is not a directory's, and gives nothing here. */
export function grantedParts({ hostPath, canWrite }: GivenDirectory, { capabilities }: Policy): readonly GrantedPart[] {
  const writable = waysTo(hostPath, canWrite ? capabilities.write : []);
  const granted = outermost(waysTo(hostPath, effective(capabilities, "read")));
  return granted.map((path) => {
    const inside = writable.flatMap((way) => below(`/${path}`, `/${way}`) ?? []);
    return { path, rights: rightsTo(outermost(inside)) };
  });
}

export interface KernelGrant {
  readonly path: string;
  /** Undefined for an ordinary one. */
  readonly fileSystem: string | undefined;
}

/** The first grant in the directory, of any kind, that names the kernel's own files: it would give nothing. */
export function kernelGrant({ hostPath }: GivenDirectory, { capabilities }: Policy): KernelGrant {
  for (const path of [...capabilities.read, ...capabilities.write]) {
    const fileSystem = below(hostPath, realPathOf(path)) === undefined ? undefined : kernelFileSystemAt(path);
    if (fileSystem !== undefined) return { path, fileSystem };
  }
  return { path: hostPath, fileSystem: undefined };
}

/** What grants come to in a directory: "" where one covers all of it. */
function waysTo(directory: string, grants: readonly string[]): readonly string[] {
  const paths = grants.map(realPathOf);
  if (paths.some((path) => below(path, directory) !== undefined)) return [""];
  return paths.flatMap((path) => below(directory, path) ?? []);
}

/** Without those that are below others. */
const outermost = (paths: readonly string[]): readonly string[] =>
  [...new Set(paths)].filter(
    (path) => !paths.some((other) => other !== path && below(`/${other}`, `/${path}`) !== undefined),
  );

/** The way from a directory down to a path: "" for the directory itself, undefined for what is not in it. */
export function below(directory: string, path: string): string | undefined {
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
