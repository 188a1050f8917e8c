/** Compares what was installed with the hashes that requirements demand. */
import { problemsOf } from "@vivarium/core/diagnostic";
import { normalizeName } from "../versions/name.ts";
import type { envDiagnostics } from "./diagnostics.ts";
import type { EnvironmentRecord } from "./environment-record.ts";

const problem = problemsOf<typeof envDiagnostics>();

/** For indexes that announce no hashes: what came is compared itself. @throws E_ENV_HASH */
export function checkHashes({ packages }: EnvironmentRecord, required: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const { name, version, sha256 } of packages) {
    const allowed = [...(required.get(normalizeName(name)) ?? [])].filter((hash) => hash.startsWith("sha256:"));
    if (allowed.length === 0 || allowed.includes(`sha256:${sha256}`)) continue;
    const expected = allowed.map((hash) => hash.slice("sha256:".length)).join(" or ");
    throw problem("E_ENV_HASH", { name, version, expected, actual: sha256 });
  }
}
