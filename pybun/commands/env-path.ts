/** `pybun env path`: the environment with a key, at a place, or of a wish. */
import type { Execute } from "@vivarium/cli/command";
import { requireDirectory } from "@vivarium/cli/no-directory";
import { problemsOf } from "@vivarium/core/diagnostic";
import { exitCode } from "@vivarium/core/exit-code";
import { placesOf } from "@vivarium/core/paths";
import { openStore, type Store } from "@vivarium/core/store";
import { warnOfMove } from "../env/announce-moved.ts";
import type { envDiagnostics } from "../env/diagnostics.ts";
import { tryFindEnvironment } from "../env/list-environments.ts";
import type { FoundEnvironment } from "../env/place.ts";
import type { envWishOptions } from "./env-options.ts";
import { environmentDetail } from "./env-report.ts";
import { type Asked, isNoRequirement, wishedEnvironment } from "./find-wished.ts";

const problem = problemsOf<typeof envDiagnostics>();

/** @throws E_ENV_NOT_FOUND, E_ENV_AMBIGUOUS, E_ENV_LAYOUT, and what requirements, files of them and interpreters throw */
export const executePath: Execute<typeof envWishOptions> = async (context, asked) => {
  const { platform, environment, home, report, cwd } = context;
  const store = openStore(placesOf(platform, environment, home).cache);
  const record = namedEnvironment(asked, { store, cwd }) ?? (await wishedEnvironment(context, { ...asked, store }));
  warnOfMove(report, record);
  context.out(`${record.path}\n`);
  context.detail(environmentDetail(record));
  return exitCode.success;
};

/** A lone word is first taken for a key or a place, then for a requirement, unless it can be none. */
function namedEnvironment(
  { options, positionals }: Asked,
  { store, cwd }: { readonly store: Store; readonly cwd: string },
): FoundEnvironment | undefined {
  const [word, ...others] = positionals;
  if (word === undefined || others.length > 0 || options.requirement.length > 0) return undefined;
  const found = tryFindEnvironment(store, word, cwd);
  if (found === undefined && word.includes("/")) requireDirectory(word, cwd);
  if (found === undefined && isNoRequirement(word)) throw problem("E_ENV_NOT_FOUND", { wanted: word });
  return found;
}
