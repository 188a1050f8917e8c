/** Which environment a command line means: one that it names, or the one that was made for this wish. */
import type { CommandContext, OptionValues } from "@vivarium/cli/command";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Store } from "@vivarium/core/store";
import type { envDiagnostics } from "../env/diagnostics.ts";
import { readEnvironmentRecord } from "../env/environment-record.ts";
import { listEnvironments } from "../env/list-environments.ts";
import type { FoundEnvironment } from "../env/place.ts";
import { readChoice } from "../install/choice.ts";
import { findInstalled, type InstallRequest, keyOf } from "../install/install-request.ts";
import { requirementText } from "../versions/requirement-text.ts";
import type { envWishOptions } from "./env-options.ts";
import { gatherWish } from "./env-wish.ts";

const problem = problemsOf<typeof envDiagnostics>();

export interface Asked {
  readonly options: OptionValues<typeof envWishOptions>;
  readonly positionals: readonly string[];
}

/** A word that is the key or the place of an environment, whether there is one or not, and no requirement. */
export const isNoRequirement = (word: string): boolean => isKey.test(word) || isPlace.test(word);

const isKey = /^[0-9a-f]{12,40}$/;
/** A path; one of an archive is a requirement, also with extras or a marker behind it. */
const isPlace = /^(?!.*\.(?:whl|zip|tar\.gz)\s*(?:$|[[;]))(?:\.|[^@:;]*[\\/])/;

interface Search extends Asked {
  readonly store: Store;
  /** Also one of the store that lost what it refers to, or whose interpreter was replaced. */
  readonly orDamaged?: boolean;
}

/** @throws E_ENV_NOT_FOUND, E_ENV_AMBIGUOUS, and what requirements, files of them and interpreters throw */
export async function wishedEnvironment(context: CommandContext, search: Search): Promise<FoundEnvironment> {
  const { options, positionals, store, orDamaged = false } = search;
  const { request } = await gatherWish(context, options, positionals);
  const whole = findInstalled(request, store) ?? placedFor(store, request);
  const found = whole ?? (orDamaged ? storedFor(store, request) : undefined);
  if (found === undefined) throw problem("E_ENV_NOT_FOUND", { wanted: wordsOf(request) });
  return found;
}

/** At places of their own the same wish can have many. */
function placedFor(store: Store, request: InstallRequest): FoundEnvironment | undefined {
  const key = keyOf(request);
  const found = listEnvironments(store).filter((record) => record.key === key);
  if (found.length <= 1) return found[0];
  throw problem("E_ENV_AMBIGUOUS", { wanted: wordsOf(request), paths: found.map(({ path }) => path) });
}

function storedFor(store: Store, request: InstallRequest): FoundEnvironment | undefined {
  const chosen = readChoice(store, keyOf(request));
  return chosen === undefined ? undefined : readEnvironmentRecord(store, chosen);
}

const wordsOf = ({ requirements }: InstallRequest): string =>
  requirements.map(requirementText).join(", ") || "(no requirements)";
