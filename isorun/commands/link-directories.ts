/**
 * The directories that a policy grants, as a program finds them: under their own paths on the host, and under the names
 * that they have from the working directory, so that both `/home/me/data/x` and `data/x` lead to what `--allow-read=data`
 * grants.
 */
import { accessSync, constants, readdirSync } from "node:fs";
import { dirname, isAbsolute, join, relative } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import { isFault } from "@vivarium/core/fault";
import { escapeCommas, splitCommas } from "@vivarium/core/policy/comma-list";
import type { PolicyFlags } from "@vivarium/core/policy/flags";
import { type PathBase, resolvePath } from "@vivarium/core/policy/path";
import type { Policy } from "@vivarium/core/policy/policy";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { LinkError } from "../errors/errors.ts";
import type { InstanceBuilder } from "../runtime/instance-builder.ts";
import { type DeniedDirOptions, WasiDeniedDir } from "../wasi/denied-dir.ts";
import { type DirOptions, type KernelPath, WasiDir } from "../wasi/dir.ts";
import { kernelFileSystemAt } from "../wasi/filesystem/kernel-files.ts";
import type { isorunDiagnostics } from "./diagnostics.ts";
import { isUnnamed, lookAt } from "./look-at.ts";

const problem = problemsOf<typeof isorunDiagnostics>();

export interface DirectoriesOptions {
  readonly policy: Policy;
  readonly cwd: string;
  readonly told: Required<Pick<DirOptions, "onWriteRefused" | "onPathOut" | "onKernelPath" | "onLinkAcross">>;
  readonly onAsked: NonNullable<DeniedDirOptions["onAsked"]>;
}

/** The policy narrows each to what it grants in it. @throws E_RUN_DIRECTORY (66) */
export function linkDirectories(builder: InstanceBuilder, { policy, cwd, told, onAsked }: DirectoriesOptions): void {
  for (const path of [...policy.capabilities.read, ...policy.capabilities.write]) requireOrdinary(path);
  const given = givenDirectories(policy, cwd);
  for (const { path, guestPath } of given) {
    if (isUnnamed(path) && !isNamed(path, policy)) {
      builder.linkSystem(new WasiDeniedDir(guestPath, { onAsked }));
      continue;
    }
    requireDirectory(path, policy);
    const fileSystem = kernelFileSystemAt(path);
    if (fileSystem === undefined) linkDirectory(builder, path, { guestPath, access: "write", ...told });
    else linkKernels(builder, { path, guestPath, fileSystem }, told.onKernelPath);
  }
  if (given.some(({ guestPath }) => everywhere.includes(guestPath))) return;
  for (const guestPath of everywhere) builder.linkSystem(new WasiDeniedDir(guestPath, { onAsked }));
}

/**
 * Each that a flag names, also such as others cover, which a policy does not keep.
 * @throws E_RUN_DIRECTORY (66)
 */
export function requireOrdinaryFlags(flags: PolicyFlags, base: PathBase): void {
  const values = [...(flags["allow-read"] ?? []), ...(flags["allow-write"] ?? [])];
  for (const item of values.map(splitCommas).flatMap((items) => (isFault(items) ? [] : items))) {
    const path = resolvePath(item.text, base);
    if (!isFault(path)) requireOrdinary(path);
  }
}

/** @throws E_RUN_DIRECTORY (66) */
function requireOrdinary(path: string): void {
  const fileSystem = kernelFileSystemAt(path);
  if (fileSystem === undefined) return;
  throw problem("E_RUN_DIRECTORY", { path, reason: `it is the kernel's own (${fileSystem})`, isKernels: true });
}

/** What comes with a grant of `/`: shown, so that what a program names there is told, and not looked for elsewhere. */
function linkKernels(
  builder: InstanceBuilder,
  { path, guestPath, fileSystem }: Given & { readonly fileSystem: string },
  onKernelPath: (led: KernelPath) => void,
): void {
  const onAsked: DirectoriesOptions["onAsked"] = ({ capability, path: way }) =>
    onKernelPath({ capability, hostPath: join(path, way), fileSystem });
  builder.linkSystem(new WasiDeniedDir(guestPath, { onAsked }));
}

/**
 * C libraries take both for the start of every path, and the last one of both: so none of them may stand beside one that
 * was given, and what is asked below `/` may have been meant from the working directory (refusals.ts).
 */
const everywhere: readonly string[] = [".", "/"];

/** A file is a mistake that is easy to make: other engines give them. What cannot be looked at is told by who opens it. */
function requireDirectory(path: string, { capabilities }: Policy): void {
  const status = lookAt(path);
  if (isUnnamed(path)) {
    throw problem("E_RUN_DIRECTORY", { path, reason: "its name holds bytes that are no UTF-8", isUtf8: false });
  }
  if (status === undefined || status.isDirectory()) return;
  const kind = capabilities.write.includes(path) ? "write" : "read";
  const directory = dirname(path);
  // Links of the kernel's lead to files that lie elsewhere.
  const isGivable = kernelFileSystemAt(directory) === undefined;
  const way = isGivable ? { flag: `--allow-${kind}=${escapeCommas(directory)}` } : {};
  throw problem("E_RUN_DIRECTORY", { path, reason: status.isFile() ? "it is a file" : "it is no directory", ...way });
}

/** In the order in which a program is told of them. */
export function givenDirectories({ capabilities }: Pick<Policy, "capabilities">, cwd: string): readonly Given[] {
  const granted = outermost([...capabilities.read, ...capabilities.write]);
  const given = granted.flatMap((path) => [...underRelativeName(path, cwd), { path, guestPath: path }]);
  return granted.includes("/") && cwd !== "/" ? [...given, ...besideRoot(cwd)] : workingDirectoryFirst(given);
}

/**
 * What stands behind `/` where all is given. C libraries drop the `/` at the start of paths and of names of directories,
 * and take the longest name that a path begins with, of equal ones (`.` and `/`) the last: with `.` behind `/`, relative
 * paths lead from the working directory, and with a name for each directory of `/`, absolute ones lead there. What the
 * working directory has too is not named: `lib/x` would lead to `/lib/x`, and be written there. So a working directory that
 * cannot be given for its name is shown there all the same.
 */
function besideRoot(cwd: string): readonly Given[] {
  const names = isListable("/") ? readdirSync("/") : [];
  const directories = names
    .filter((name) => isListable(`/${name}`) && !isSomething(join(cwd, name)))
    .map((name) => ({ path: `/${name}`, guestPath: `/${name}` }));
  return [...directories, { path: cwd, guestPath: "." }];
}

const isSomething = (path: string): boolean => lookAt(path) !== undefined || isUnnamed(path);

const isNamed = (path: string, { capabilities: { read, write } }: Policy): boolean =>
  [...read, ...write].includes(path);

/** What cannot be opened, like the directories of other users, would end the program when it asks for its directories. */
function isListable(path: string): boolean {
  if (lookAt(path)?.isDirectory() !== true) return false;
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

interface Given {
  readonly path: string;
  readonly guestPath: string;
}

function underRelativeName(path: string, cwd: string): readonly Given[] {
  const fromHere = relative(cwd, path);
  if (isInside(fromHere)) return [{ path, guestPath: fromHere === "" ? "." : fromHere }];
  // What is around the working directory is what relative names lead to.
  return isInside(relative(path, cwd)) && !isUnnamed(cwd) ? [{ path: cwd, guestPath: "." }] : [];
}

/** Programs that look at one directory only look at the first. */
const workingDirectoryFirst = (given: readonly Given[]): readonly Given[] =>
  given.toSorted((a, b) => Number(b.guestPath === ".") - Number(a.guestPath === "."));

const isInside = (way: string): boolean => way !== ".." && !way.startsWith("../") && !isAbsolute(way);

const outermost = (paths: readonly string[]): readonly string[] =>
  [...new Set(paths)].filter((path) => !paths.some((other) => other !== path && isInside(relative(other, path))));

function linkDirectory(builder: InstanceBuilder, path: string, options: DirOptions): void {
  try {
    builder.linkSystem(new WasiDir(path, options));
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    const reason = error.message.replace(/^cannot give the directory '.*': /s, "");
    throw problem("E_RUN_DIRECTORY", { path, reason }, { cause: error.cause });
  }
}
