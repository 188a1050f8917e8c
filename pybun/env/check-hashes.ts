/** Compares what was installed with the hashes that requirements demand. */
import { type Problem, problemsOf } from "@vivarium/core/diagnostic";
import { normalizeName } from "../versions/name.ts";
import type { envDiagnostics } from "./diagnostics.ts";
import type { EnvironmentRecord } from "./environment-record.ts";

const problem = problemsOf<typeof envDiagnostics>();

/**
 * Environments that were there before, and wheels that came before anything was demanded. What else than SHA-256 is
 * demanded was compared with the bytes on their way (index/hash-check.ts): no record knows it. @throws E_ENV_HASH
 */
export function checkHashes({ packages }: EnvironmentRecord, required: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const { name, version, sha256 } of packages) {
    const demanded = [...(required.get(normalizeName(name)) ?? [])];
    const actual = `sha256:${sha256}`;
    if (demanded.length === 0 || demanded.includes(actual)) continue;
    if (demanded.every((hash) => hash.startsWith("sha256:")))
      throw hashProblem({ name, version }, { demanded, actual: [actual] });
  }
}

/** `algorithm:digest` on both sides. */
export function hashProblem(
  { name, version }: { readonly name: string; readonly version: string },
  { demanded, actual }: { readonly demanded: readonly string[]; readonly actual: readonly string[] },
): Problem {
  return problem("E_ENV_HASH", { name, version, expected: demanded.join(" or "), actual: actual.join(" ") });
}
