/** What is to be resolved: requirements of the command line and of files, with the settings that files bring along. */
import { resolve as resolvePath } from "node:path";
import type { CommandContext } from "@vivarium/cli/command";
import { Problem, problemsOf } from "@vivarium/core/diagnostic";
import type { Report } from "@vivarium/core/report";
import type { IndexFlags } from "../index/config.ts";
import { fileKindsOfOptions, mergeFileKinds } from "../index/file-kinds.ts";
import type { GivenSettings } from "../index/given-settings.ts";
import { requirementsReader } from "../install/requirements-reader.ts";
import { parseGivenRequirement } from "../requirements-file/given-requirement.ts";
import { type RequirementsFiles, readRequirementsFiles } from "../requirements-file/read-requirements.ts";
import { type RequiredHashes, requiredHashesOf } from "../requirements-file/required-hashes.ts";
import type { resolverDiagnostics } from "../resolver/diagnostics.ts";
import type { PrereleaseMode, ResolutionStrategy } from "../resolver/resolve.ts";
import { parseMoment } from "../versions/moment.ts";
import type { Requirement } from "../versions/requirement.ts";

const problem = problemsOf<typeof resolverDiagnostics>();

export interface Gathered {
  readonly requirements: readonly Requirement[];
  readonly constraints: readonly Requirement[];
  readonly files: RequirementsFiles & { /** How many were named. */ readonly given: number };
  /** `-r FILE` for each project that a file requires; empty for the command line. */
  readonly origins: ReadonlyMap<string, readonly string[]>;
  readonly requiredHashes: RequiredHashes;
  /** Names of projects that a URL with a hash in its fragment stands for. */
  readonly directlyHashed: ReadonlySet<string>;
  readonly given: GivenSettings;
  /** The setting, or the line of a file, that asks for a hash of everything, if there is one. */
  readonly requireHashes: string | undefined;
}

export interface GatherOptions {
  readonly context: CommandContext;
  /** Of the command line: their credentials hold for files of requirements on the same server. */
  readonly flags: IndexFlags;
  readonly requirementFiles: readonly string[];
  readonly constraintFiles: readonly string[];
  /** Its files of constraints are read, too. */
  readonly given: GivenSettings;
}

/** Reads everything that is to be resolved. Throws what requirements and requirements files throw. */
export async function gatherRequirements(arguments_: readonly string[], options: GatherOptions): Promise<Gathered> {
  const { context, flags } = options;
  const { cwd, environment } = context;
  const files = await readRequirementsFiles(
    {
      requirements: options.requirementFiles,
      constraints: [...options.given.constraintFiles, ...options.constraintFiles],
    },
    { cwd, environment, read: requirementsReader(context, flags) },
  );
  const given = arguments_.map((text) => requirementOfArgument(text, cwd));
  const origins = new Map<string, string[]>();
  for (const { name } of given) addTo(origins, name, "the command line");
  for (const { requirement, span } of files.requirements) addTo(origins, requirement.name, `-r ${span.file ?? "-"}`);
  const requirements = [...given, ...files.requirements.map(({ requirement }) => requirement)];
  return {
    requirements,
    constraints: files.constraints.map(({ requirement }) => requirement),
    files: { ...files, given: options.requirementFiles.length },
    origins,
    requiredHashes: requiredHashesOf([...files.requirements, ...files.constraints]),
    directlyHashed: new Set(
      requirements.filter(({ url }) => /#.*sha(?:256|384|512)=/.test(url ?? "")).map(({ name }) => name),
    ),
    given: options.given,
    requireHashes: options.given.requireHashes ?? files.requireHashes,
  };
}

function requirementOfArgument(text: string, cwd: string): Requirement {
  const urlOfPath = (path: string): string => Bun.pathToFileURL(resolvePath(cwd, path)).href;
  return parseGivenRequirement(text, urlOfPath);
}

function addTo(lists: Map<string, string[]>, name: string, entry: string): void {
  const list = lists.get(name) ?? [];
  lists.set(name, list.includes(entry) ? list : [...list, entry]);
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
  "E_REQUIREMENTS_FILE_UNHASHED",
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
  files?: RequirementsFiles,
): IndexFlags {
  const defaultIndex = options["default-index"] ?? files?.defaultIndex;
  return {
    index: [...options.index, ...(files?.extraIndexes ?? [])],
    findLinks: [...options["find-links"], ...(files?.findLinks ?? [])],
    ...(defaultIndex === undefined ? {} : { defaultIndex }),
    ...(options["no-index"] || files?.noIndex === true ? { noIndex: true } : {}),
  };
}

/** What flags, files of requirements and the user's settings ask for, the strongest first. @throws E_MOMENT_INVALID */
export function packageWish(
  options: {
    readonly resolution: ResolutionStrategy | undefined;
    readonly prerelease: PrereleaseMode | undefined;
    readonly "exclude-newer": string | undefined;
  } & Parameters<typeof fileKindsOfOptions>[0],
  { given, files }: { readonly given: GivenSettings; readonly files: RequirementsFiles },
) {
  const moment = options["exclude-newer"];
  const excludeNewer = moment === undefined ? given.excludeNewer : parseMoment(moment, "--exclude-newer");
  return {
    strategy: options.resolution ?? given.resolution ?? "highest",
    prerelease: options.prerelease ?? (files.pre ? "allow" : (given.prerelease ?? "if-necessary")),
    ...mergeFileKinds([given.fileKinds, files, fileKindsOfOptions(options)]),
    ...(excludeNewer === undefined ? {} : { excludeNewer }),
  } as const;
}
