/** `pybun env remove`: environments by key or place, or the one of a wish: what `env path` prints for the same words. */

import type { CommandContext, Execute } from "@vivarium/cli/command";
import type { cliDiagnostics } from "@vivarium/cli/diagnostics";
import { requireDirectory } from "@vivarium/cli/no-directory";
import { Problem, problemsOf } from "@vivarium/core/diagnostic";
import { exitCode } from "@vivarium/core/exit-code";
import { placesOf } from "@vivarium/core/paths";
import { openStore, type Store } from "@vivarium/core/store";
import type { envDiagnostics } from "../env/diagnostics.ts";
import { isEnvironment, type Removal, removeEnvironment, tryFindEnvironment } from "../env/list-environments.ts";
import { envWishOptions } from "./env-options.ts";
import { type Asked, isNoRequirement, wishedEnvironment } from "./find-wished.ts";

const problem = problemsOf<typeof envDiagnostics>();
const usageProblem = problemsOf<typeof cliDiagnostics>();

/** @throws E_ENV_NOT_FOUND, E_ENV_AMBIGUOUS, E_ENV_LAYOUT, E_ENV_IN_USE, and what wishes and the store throw */
export const executeRemove: Execute<typeof envWishOptions> = async (context, asked) => {
  const { platform, environment, home, cwd, report } = context;
  const store = openStore(placesOf(platform, environment, home).cache);
  const detail: Record<Removal["kind"], { key: string; path: string }[]> = { removed: [], forgotten: [] };
  for (const wanted of await meantEnvironments(context, { ...asked, store })) {
    const { kind, key, path } = removeEnvironment(store, wanted, { cwd });
    if (kind === "removed") report.emit("env.remove", { key, path });
    detail[kind].push({ key, path });
    context.note(kind === "removed" ? `removed ${path}\n` : `forgot ${path}\n`);
  }
  context.detail(detail);
  return exitCode.success;
};

/** Keys and paths. Either all words name environments, or all are requirements of one: to guess would be to delete. */
async function meantEnvironments(
  context: CommandContext,
  asked: Asked & { readonly store: Store },
): Promise<readonly string[]> {
  const { options, positionals, store } = asked;
  const hasFiles = options.requirement.length > 0;
  if (positionals.length === 0 && !hasFiles) {
    const place = { program: context.program.name, command: "env remove" };
    throw usageProblem("E_USAGE_ARGUMENT_MISSING", { ...place, name: "REQUIREMENT, KEY or DIR" });
  }
  // Options of a wish make requirements of all words: of a directory that is called so they say nothing.
  const isWish = hasFiles || hasWishOptions(options);
  const unknown = isWish ? positionals : positionals.filter((word) => !isEnvironment(store, word, context.cwd));
  const isNaming = !isWish && (unknown.length < positionals.length || unknown.some(isNoRequirement));
  if (!isNaming) return [(await wishedEnvironment(context, { ...asked, orDamaged: true })).path];
  const wanted = unknown.find(isNoRequirement) ?? unknown[0];
  if (wanted?.includes("/")) requireDirectory(wanted, context.cwd);
  if (wanted !== undefined) throw problem("E_ENV_NOT_FOUND", { wanted });
  await refuseTwoMeanings(context, asked);
  return positionals;
}

const hasWishOptions = (options: Asked["options"]): boolean =>
  Object.keys(envWishOptions).some((name) => {
    const value = options[name as keyof typeof envWishOptions]; // its own keys
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
  });

/** A lone word that names a directory with an environment, and is the requirement of another one. */
async function refuseTwoMeanings(context: CommandContext, asked: Asked & { readonly store: Store }): Promise<void> {
  const [word, ...others] = asked.positionals;
  if (word === undefined || others.length > 0 || isNoRequirement(word)) return;
  const named = tryFindEnvironment(asked.store, word, context.cwd)?.path;
  const wished = await wishedEnvironment(context, { ...asked, orDamaged: true }).catch(absentOrThrow);
  if (named === undefined || wished === undefined || wished.path === named) return;
  throw problem("E_ENV_AMBIGUOUS", { wanted: word, paths: [named, wished.path] });
}

/** Whatever keeps the word from being a requirement keeps it from having a second meaning. */
function absentOrThrow(error: unknown): undefined {
  if (!(error instanceof Problem) || error.code === "E_ENV_AMBIGUOUS") throw error;
}
