/** What is asked for when packages are to be installed, and whether an environment for it is there already. */
import type { Report } from "@vivarium/core/report";
import type { Store } from "@vivarium/core/store";
import type { EnvironmentRecord } from "../env/environment-record.ts";
import { type IndexConfig, indexIdentity } from "../index/index-config.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";
import type { PrereleaseMode, ResolutionStrategy } from "../resolver/resolve.ts";
import type { Moment } from "../versions/moment.ts";
import type { Requirement } from "../versions/requirement.ts";
import type { LayerBeneath } from "./beneath.ts";
import { chosenEnvironment } from "./choice.ts";
import { environmentKey } from "./environment-key.ts";
import type { IndexAccess } from "./index-access.ts";

export interface InstallRequest {
  readonly interpreter: Interpreter;
  readonly requirements: readonly Requirement[];
  readonly constraints?: readonly Requirement[];
  readonly requiresPython?: string;
  readonly config: IndexConfig;
  readonly strategy?: ResolutionStrategy;
  readonly prerelease?: PrereleaseMode;
  readonly excludeNewer?: Moment;
  /** By project, the hashes that its file may have: `sha256:…`. */
  readonly requiredHashes?: ReadonlyMap<string, ReadonlySet<string>>;
  /** Names, or `:all:`. */
  readonly noBinary?: readonly string[];
  readonly onlyBinary?: readonly string[];
  /** Names of distributions to copy instead of linking. */
  readonly materialize?: readonly string[];
  /** The environment that this one is laid over. */
  readonly layer?: LayerBeneath;
  /** Make the environment at this absolute path instead of in the store. */
  readonly directory?: string;
  /** Make it anew, also where there is one that is whole. */
  readonly clear?: boolean;
  /** What `env create` was given, for the record (env/environment-record.ts). */
  readonly arguments?: () => readonly string[];
}

export interface InstallScene {
  readonly store: Store;
  readonly report: Report;
  readonly offline: boolean;
  /** Resolve again, and ask the indexes again. */
  readonly refresh: boolean;
  readonly signal?: AbortSignal;
  /** Opened before it was known that it would be needed; whoever opened it closes it. */
  readonly access?: Promise<IndexAccess> | undefined;
}

/** The environment of a wish that was made before and is whole; looks at the disk, never at the network. */
export function findInstalled(request: InstallRequest, store: Store): EnvironmentRecord | undefined {
  return request.clear === true ? undefined : chosenEnvironment(store, keyOf(request), request.interpreter);
}

/** The key of the environment that a request asks for. */
export function keyOf(request: InstallRequest): string {
  return environmentKey({
    interpreter: request.interpreter,
    requirements: request.requirements,
    constraints: request.constraints ?? [],
    ...(request.requiresPython === undefined ? {} : { requiresPython: request.requiresPython }),
    indexes: indexIdentity(request.config),
    strategy: request.strategy ?? "highest",
    prerelease: request.prerelease ?? "if-necessary",
    ...(request.excludeNewer === undefined ? {} : limitOf(request.excludeNewer)),
    ...(request.requiredHashes === undefined || request.requiredHashes.size === 0
      ? {}
      : { requiredHashes: hashLines(request.requiredHashes) }),
    noBinary: request.noBinary ?? [],
    onlyBinary: request.onlyBinary ?? [],
    materialize: request.materialize ?? [],
    ...(request.layer === undefined ? {} : { layer: request.layer }),
  });
}

/** A span stays what it is, so that what it came to is found again later. */
const limitOf = (moment: Moment) =>
  "ms" in moment ? { excludeNewerMs: moment.ms } : { excludeNewerSpanMs: moment.spanMs };

/** `name sha256:…`, sorted. */
const hashLines = (required: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] =>
  [...required].flatMap(([name, hashes]) => [...hashes].map((hash) => `${name} ${hash}`)).toSorted();
