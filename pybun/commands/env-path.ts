/** `pybun env path`: the environment with a key, at a place, or of a wish. */
import type { CommandContext, Execute, OptionValues } from "@vivarium/cli/command";
import { problemsOf } from "@vivarium/core/diagnostic";
import { exitCode } from "@vivarium/core/exit-code";
import { placesOf } from "@vivarium/core/paths";
import { openStore, type Store } from "@vivarium/core/store";
import { warnOfMove } from "../env/announce-moved.ts";
import type { envDiagnostics } from "../env/diagnostics.ts";
import { listEnvironments, tryFindEnvironment } from "../env/list-environments.ts";
import type { FoundEnvironment } from "../env/place.ts";
import { requirementText } from "../install/environment-setting.ts";
import { findInstalled, type InstallRequest, keyOf } from "../install/install-request.ts";
import type { envWishOptions } from "./env-options.ts";
import { environmentDetail } from "./env-report.ts";
import { gatherWish } from "./env-wish.ts";

const problem = problemsOf<typeof envDiagnostics>();

/** @throws E_ENV_NOT_FOUND, E_ENV_AMBIGUOUS, E_ENV_LAYOUT, and what requirements, files of them and interpreters throw */
export const executePath: Execute<typeof envWishOptions> = async (context, { options, positionals }) => {
  const { platform, environment, home, report } = context;
  const store = openStore(placesOf(platform, environment, home).cache);
  const named = namedEnvironment(store, positionals, context.cwd);
  const record = named ?? (await wishedEnvironment(store, context, { options, positionals }));
  warnOfMove(report, record);
  context.out(`${record.path}\n`);
  context.detail(environmentDetail(record));
  return exitCode.success;
};

/** A lone word is first taken for a key or a place, then for a requirement, unless it can be none. */
function namedEnvironment(store: Store, words: readonly string[], cwd: string): FoundEnvironment | undefined {
  const [word] = words;
  if (word === undefined || words.length > 1) return undefined;
  const found = tryFindEnvironment(store, word, cwd);
  if (found === undefined && (isKey.test(word) || isPlace.test(word))) {
    throw problem("E_ENV_NOT_FOUND", { wanted: word });
  }
  return found;
}

const isKey = /^[0-9a-f]{12,40}$/;
/** A path; one of an archive is a requirement. */
const isPlace = /^(?!.*\.(?:whl|zip|tar\.gz)$)(?:\.{0,2}[\\/]|\.{1,2}$)/;

interface Asked {
  readonly options: OptionValues<typeof envWishOptions>;
  readonly positionals: readonly string[];
}

async function wishedEnvironment(store: Store, context: CommandContext, asked: Asked): Promise<FoundEnvironment> {
  const { request } = await gatherWish(context, asked.options, asked.positionals);
  const found = findInstalled(request, store) ?? placedFor(store, request);
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

const wordsOf = ({ requirements }: InstallRequest): string =>
  requirements.map(requirementText).join(", ") || "(no requirements)";
