/**
 * Pages for the client: the first-index rule, find-links beside it, and suggestions for names that nobody knows.
 * Synchronous as long as the cache can answer.
 */
import { Problem, problemsOf } from "@vivarium/core/diagnostic";
import type { indexDiagnostics } from "./diagnostics.ts";
import type { FindLinks } from "./find-links.ts";
import type { ProjectPage } from "./index-file.ts";
import { mergePages } from "./merge-pages.ts";
import { nearNames, nearNamesMax, otherSpellings } from "./near-names.ts";
import { absent, type PageProof, type PageSource } from "./page-source.ts";
import { popularNames } from "./popular-names.ts";
import { publicIndex } from "./public-index.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface Pages {
  readonly page: (name: string) => ProjectPage | Promise<ProjectPage>;
  readonly prefetch: (name: string) => void;
  /** Proofs of what the sources answered for the name, up to the one that has it; `undefined` where there are none. */
  readonly proofs: (name: string) => readonly PageProof[] | undefined;
  /** Whether the same sources would answer the same now. */
  readonly believes: (name: string, proofs: readonly PageProof[]) => boolean;
}

export interface PagesParts {
  readonly sources: readonly PageSource[];
  readonly findLinks: FindLinks;
  /** Whether an index may be asked for names that nobody wrote (`client.ts`). */
  readonly mayGuess: () => boolean;
  readonly signal?: AbortSignal | undefined;
}

/** One such name is told; each suggestion goes through all names that are known, so that of many only the first get some. */
const suggestedMax = 32;

export function openPages(parts: PagesParts): Pages {
  const known = new Map<string, ProjectPage | Promise<ProjectPage>>();
  let suggested = 0;
  const mayStillSuggest = (): boolean => suggested++ < suggestedMax;
  const page = (name: string): ProjectPage | Promise<ProjectPage> => {
    const asked = known.get(name);
    if (asked !== undefined) return asked;
    const answer =
      cachedPage(name, parts) ?? askPage(name, { ...parts, shownNames: () => namesOfPages(known), mayStillSuggest });
    known.set(name, answer);
    if (answer instanceof Promise) answer.then((found) => known.set(name, found)).catch(() => known.delete(name));
    return answer;
  };
  return {
    page,
    prefetch(name) {
      const answer = startQuietly(() => page(name));
      if (answer instanceof Promise) answer.catch(() => undefined);
    },
    proofs: (name) => (parts.findLinks.cached(name) === absent ? proofsOf(name, parts.sources) : undefined),
    believes: (name, proofs) =>
      parts.findLinks.cached(name) === absent &&
      proofs.every((proof, i) => parts.sources[i]?.believes(name, proof) === true),
  };
}

function proofsOf(name: string, sources: readonly PageSource[]): readonly PageProof[] | undefined {
  const proofs: PageProof[] = [];
  for (const source of sources) {
    const proof = source.proof(name);
    if (proof === undefined) return undefined;
    proofs.push(proof);
    if (proof.status === 200) return proofs;
  }
  return undefined;
}

/** A problem that is thrown at once (offline) is left for the call that really asks. */
function startQuietly<T>(start: () => T): T | undefined {
  try {
    return start();
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** `undefined`: somebody has to be asked first. */
function cachedPage(name: string, { sources, findLinks }: PagesParts): ProjectPage | undefined {
  const linked = findLinks.cached(name);
  if (linked === undefined) return undefined;
  for (const source of sources) {
    const answer = source.cached(name);
    if (answer === undefined) return undefined;
    if (answer !== absent) return linked === absent ? answer : mergePages([linked, answer]);
  }
  return linked === absent ? undefined : linked;
}

/** Projects that this client has shown already. */
const namesOfPages = (known: ReadonlyMap<string, unknown>): readonly string[] =>
  [...known].filter(([, answer]) => !(answer instanceof Promise)).map(([name]) => name);

interface AskParts extends PagesParts {
  readonly shownNames: () => readonly string[];
  /** Asked once for each name that nobody has. */
  readonly mayStillSuggest: () => boolean;
}

async function askPage(name: string, parts: AskParts): Promise<ProjectPage> {
  const linked = parts.findLinks.cached(name) ?? (await parts.findLinks.fetch(name));
  for (const source of parts.sources) {
    const answer = source.cached(name) ?? (await source.fetch(name));
    if (answer !== absent) return linked === absent ? answer : mergePages([linked, answer]);
  }
  if (linked !== absent) return linked;
  throw problem("E_PACKAGE_NOT_FOUND", {
    name,
    indexes: [...parts.sources.map((source) => source.shown), ...parts.findLinks.shown],
    near: parts.mayStillSuggest() ? await suggestions(name, parts) : [],
  });
}

/**
 * Names that exist and are near: those seen before, popular ones, and, where an index may be asked for what nobody wrote,
 * a few spellings that it confirms. Never fails: it only decorates an error.
 */
async function suggestions(name: string, parts: AskParts): Promise<string[]> {
  const pages = parts.sources.flatMap((source) => source.knownNames());
  const seen = new Set([...parts.shownNames(), ...parts.findLinks.knownNames(), ...pages]);
  const sure = new Set([...seen, ...(parts.sources.some(({ shown }) => shown === publicIndex) ? popularNames : [])]);
  const near = await confirmed(nearNames(name, seen).slice(0, 2 * nearNamesMax), { sure, parts });
  return (near.length > 0 ? near : await confirmed(otherSpellings(name), { sure, parts })).slice(0, nearNamesMax);
}

async function confirmed(
  names: readonly string[],
  { sure, parts }: { sure: ReadonlySet<string>; parts: PagesParts },
): Promise<string[]> {
  const mayAsk = names.some((name) => !sure.has(name)) && parts.mayGuess();
  const asked = names.map(async (name) => {
    if (sure.has(name)) return [name];
    if (!mayAsk) return [];
    const answers = await Promise.allSettled(
      parts.sources.map(async (source) => source.cached(name) ?? source.fetch(name)),
    );
    return answers.some((answer) => answer.status === "fulfilled" && answer.value !== absent) ? [name] : [];
  });
  return (await Promise.all(asked)).flat();
}
