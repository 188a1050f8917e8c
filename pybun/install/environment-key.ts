/**
 * The key of an owned environment: a hash of everything that was asked for, never of what was found.
 * The same wish finds the same environment, without network and without a resolution, until a refresh.
 */
import type { Interpreter } from "../interpreter/interpreter.ts";
import { formatRequirement, type Requirement } from "../versions/requirement.ts";
import type { LayerBeneath } from "./beneath.ts";

/** Grows when the meaning of a key changes: environments are then made anew. */
const keyVersion = 1;

export interface EnvironmentWish {
  readonly interpreter: Interpreter;
  readonly requirements: readonly Requirement[];
  readonly constraints: readonly Requirement[];
  /** As text: the range was used to choose the interpreter, but a script that changes it wants a new environment. */
  readonly requiresPython?: string;
  /** Indexes and find-links without secrets, in order (`indexIdentity`). */
  readonly indexes: readonly string[];
  readonly strategy: string;
  readonly prerelease: string;
  readonly excludeNewerMs?: number;
  /** Before the time of the resolution, instead of that moment. */
  readonly excludeNewerSpanMs?: number;
  /** `name sha256:…` of the files that may be used, sorted. */
  readonly requiredHashes?: readonly string[];
  readonly noBinary: readonly string[];
  readonly onlyBinary: readonly string[];
  readonly materialize: readonly string[];
  /** What the environment is laid over: places and packages. */
  readonly layer?: LayerBeneath;
}

/** Forty hexadecimal digits. Order and spelling of requirements do not matter. */
export function environmentKey(wish: EnvironmentWish): string {
  const { interpreter, requirements, constraints, ...rest } = wish;
  const { realPath, size, mtimeMs, version, abi } = interpreter;
  const parts = {
    ...rest,
    keyVersion,
    interpreter: { realPath, size, mtimeMs, version, abi },
    requirements: normalised(requirements),
    constraints: normalised(constraints),
    noBinary: wish.noBinary.toSorted(),
    onlyBinary: wish.onlyBinary.toSorted(),
    materialize: wish.materialize.toSorted(),
  };
  return digestOf(JSON.stringify(sortedEntries(parts)));
}

/** Forty hexadecimal digits of a text's SHA-256. */
export const digestOf = (text: string): string =>
  new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 40);

const normalised = (requirements: readonly Requirement[]): readonly string[] => [
  ...new Set(requirements.map(formatRequirement).toSorted()),
];

const sortedEntries = (record: object): readonly [string, unknown][] =>
  Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
