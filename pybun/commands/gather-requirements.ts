/** What is to be resolved: requirements of the command line and of files, with the settings that files bring along. */
import { readFileSync } from "node:fs";
import { resolve as resolvePath } from "node:path";
import { Problem, problemsOf } from "@vivarium/core/diagnostic";
import type { Environment } from "@vivarium/core/paths";
import type { Report } from "@vivarium/core/report";
import type { ProjectChoice } from "../candidates/policy.ts";
import type { IndexFlags } from "../index/config.ts";
import { requirementOfLocation } from "../requirements-file/parse-line.ts";
import {
  type FileRequirement,
  type RequirementsFiles,
  readRequirementsFiles,
} from "../requirements-file/read-requirements.ts";
import type { resolverDiagnostics } from "../resolver/diagnostics.ts";
import { normalizeName } from "../versions/name.ts";
import { parseRequirement, type Requirement } from "../versions/requirement.ts";

const problem = problemsOf<typeof resolverDiagnostics>();

export interface Gathered {
  readonly requirements: readonly Requirement[];
  readonly constraints: readonly Requirement[];
  readonly files: RequirementsFiles & { /** How many were named. */ readonly given: number };
  /** `-r FILE` for each project that a file requires; empty for the command line. */
  readonly origins: ReadonlyMap<string, readonly string[]>;
  readonly requiredHashes: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface GatherOptions {
  readonly cwd: string;
  readonly environment: Environment;
  readonly requirementFiles: readonly string[];
  readonly constraintFiles: readonly string[];
}

/** Reads everything that is to be resolved. Throws what requirements and requirements files throw. */
export async function gatherRequirements(arguments_: readonly string[], options: GatherOptions): Promise<Gathered> {
  const { cwd, environment } = options;
  const files = await readRequirementsFiles(
    { requirements: options.requirementFiles, constraints: options.constraintFiles },
    { cwd, environment, read: readText },
  );
  const given = arguments_.map((text) => requirementOfArgument(text, cwd));
  const origins = new Map<string, string[]>();
  for (const { name } of given) addTo(origins, name, "the command line");
  for (const { requirement, span } of files.requirements) addTo(origins, requirement.name, `-r ${span.file ?? "-"}`);
  return {
    requirements: [...given, ...files.requirements.map(({ requirement }) => requirement)],
    constraints: files.constraints.map(({ requirement }) => requirement),
    files: { ...files, given: options.requirementFiles.length },
    origins,
    requiredHashes: hashesByName([...files.requirements, ...files.constraints]),
  };
}

/** Read at once: a promise for one small file costs a thread. */
const readText = async (path: string): Promise<string> =>
  // Strict: bytes in another encoding would end up as part of a name.
  new TextDecoder("utf-8", { fatal: true }).decode(path === "-" ? await Bun.stdin.bytes() : readFileSync(path));

function requirementOfArgument(text: string, cwd: string): Requirement {
  const urlOfPath = (path: string): string => Bun.pathToFileURL(resolvePath(cwd, path)).href;
  return requirementOfLocation(text, urlOfPath) ?? parseRequirement(text);
}

function addTo(lists: Map<string, string[]>, name: string, entry: string): void {
  const list = lists.get(name) ?? [];
  lists.set(name, list.includes(entry) ? list : [...list, entry]);
}

function hashesByName(found: readonly FileRequirement[]): ReadonlyMap<string, ReadonlySet<string>> {
  const byName = new Map<string, Set<string>>();
  for (const { requirement, hashes } of found) {
    if (hashes.length === 0) continue;
    const known = byName.get(requirement.name) ?? new Set();
    byName.set(requirement.name, new Set([...known, ...hashes]));
  }
  return byName;
}

/**
 * A problem with one project, with the line of the file that asks for it; any other error as it is. For the `catch` of
 * who resolves what was gathered.
 */
export function locateProblem(error: unknown, { files }: Gathered): unknown {
  if (!(error instanceof Problem) || !locatedCodes.has(error.code) || error.spans.length > 0) return error;
  // Each of these codes has the project's name among its parameters.
  const { name } = error.params as { readonly name: string };
  const asking = [...files.requirements, ...files.constraints].filter(({ requirement }) => requirement.name === name);
  const spans = asking.map(({ span }) => span);
  return spans.length === 0 ? error : new Problem(error.code, error.params, { cause: error.cause, spans });
}

const locatedCodes = new Set([
  "E_PACKAGE_NOT_FOUND",
  "E_RESOLVE_HASH",
  "E_RESOLVE_ARCHIVE",
  "E_RESOLVE_URL_WHEEL",
  "E_ENV_HASH",
]);

/** Tells of a wish that came to nothing, which is easily a mistake. */
export function warnOfNothing(report: Report, { requirements, files }: Gathered, found: number): void {
  const given = requirements.length;
  if (found === 0 && (given > 0 || files.given > 0)) report.warn(problem("W_RESOLVE_EMPTY", { requirements: given }));
}

/** Refuses `--refresh` with `--offline`, which cannot both be obeyed. */
export function checkRefresh(refresh: boolean, offline: boolean): void {
  if (refresh && offline) throw problem("E_RESOLVE_REFRESH_OFFLINE", {});
}

/** Indexes of the command line go ahead of those of files. */
export function indexFlagsOf(
  options: {
    readonly index: readonly string[];
    readonly "default-index": string | undefined;
    readonly "no-index": boolean;
    readonly "find-links": readonly string[];
  },
  files: RequirementsFiles,
): IndexFlags {
  const defaultIndex = options["default-index"] ?? files.defaultIndex;
  return {
    index: [...options.index, ...files.extraIndexes],
    findLinks: [...options["find-links"], ...files.findLinks],
    ...(defaultIndex === undefined ? {} : { defaultIndex }),
    ...(options["no-index"] || files.noIndex ? { noIndex: true } : {}),
  };
}

/** `--no-binary a,b --no-binary :none: --no-binary c`: names accumulate, `:all:` and `:none:` start anew (pip). */
export function projectChoice(values: readonly string[]): ProjectChoice {
  let choice: "all" | Set<string> = new Set<string>();
  for (const value of values.flatMap((text) => text.split(",")).map((text) => text.trim())) {
    if (value === ":all:") choice = "all";
    else if (value === ":none:") choice = new Set();
    else if (choice !== "all" && value !== "") choice.add(normalizeName(value));
  }
  return choice;
}
