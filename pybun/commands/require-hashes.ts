/** UV_REQUIRE_HASHES, pip's require-hashes, a line --require-hashes: nothing is installed that no requirement gives a hash for. */
import { problemsOf } from "@vivarium/core/diagnostic";
import { checkHashes } from "../env/check-hashes.ts";
import type { EnvironmentRecord } from "../env/environment-record.ts";
import type { requirementsFileDiagnostics } from "../requirements-file/diagnostics.ts";
import { normalizeName } from "../versions/name.ts";
import type { Gathered } from "./gather-requirements.ts";

const problem = problemsOf<typeof requirementsFileDiagnostics>();

/** Before anything is fetched: what is asked for by name, wherever it runs. @throws E_REQUIREMENTS_FILE_UNHASHED */
export function checkRequirements({ requirements, ...gathered }: Gathered): void {
  checkNames(
    requirements.filter(({ marker }) => marker === undefined).map(({ name }) => name),
    gathered,
  );
}

/** After the fact: what those require in turn, and that bytes are right. @throws E_REQUIREMENTS_FILE_UNHASHED, E_ENV_HASH */
export function checkInstalled(record: EnvironmentRecord, gathered: Gathered): EnvironmentRecord {
  const names = record.packages.map(({ name }) => normalizeName(name));
  checkNames(names, gathered);
  checkHashes(record, gathered.requiredHashes);
  return record;
}

function checkNames(
  names: readonly string[],
  { requireHashes: source, requiredHashes, directlyHashed }: Omit<Gathered, "requirements">,
): void {
  if (source === undefined) return;
  const name = names.find((one) => !requiredHashes.has(one) && !directlyHashed.has(one));
  if (name !== undefined) throw problem("E_REQUIREMENTS_FILE_UNHASHED", { name, source });
}
