/** What is in an environment of ours beside what it was made with: by an installer, or by hand. */
import type { Store } from "@vivarium/core/store";
import type { EnvironmentRecord } from "../env/environment-record.ts";
import type { InstallRequest } from "../install/install-request.ts";
import { normalizeName } from "../versions/name.ts";
import { addedDistributions } from "./added-distributions.ts";
import { type AddedFile, addedFiles, lostFiles } from "./added-files.ts";

interface Scene {
  readonly request: InstallRequest;
  readonly store: Store;
}

interface Shadowed {
  readonly name: string;
  readonly declared: string;
  readonly installed?: string;
  readonly path?: string;
}

function addedThings(record: EnvironmentRecord, scene: Scene): readonly string[] {
  const distributions = installed(record, scene);
  const texts = distributions.map(({ name, version }) => `${name} ${version}`);
  return [...texts, ...filesBeside(distributions, addedFiles(record, scene)).map(({ path }) => `'${path}'`)];
}

/** What restoring an environment undoes, in words. */
export function changedThings(record: EnvironmentRecord, scene: Scene): readonly string[] {
  return [...addedThings(record, scene), ...lostFiles(record, scene).map((path) => `'${path}'`)];
}

/** Those that stand before what was declared. */
export function shadowedIn(record: EnvironmentRecord, scene: Scene): readonly Shadowed[] {
  const distributions = installed(record, scene);
  const byName = distributions.flatMap(({ name, version, declared }) =>
    declared === undefined ? [] : [{ name, declared, installed: version }],
  );
  const files = filesBeside(distributions, addedFiles(record, scene));
  const byFile = files.flatMap(({ path, shadowed }) =>
    shadowed === undefined ? [] : [{ name: normalizeName(shadowed.name), declared: shadowed.version, path }],
  );
  return [...byName, ...byFile];
}

const installed = (record: EnvironmentRecord, { request }: Scene) =>
  addedDistributions(record, request.interpreter.scheme.purelib);

/** An installer that lists no files has named the distribution all the same. */
function filesBeside(distributions: readonly { readonly name: string }[], files: readonly AddedFile[]) {
  const names = new Set(distributions.map(({ name }) => name));
  return files.filter(({ shadowed }) => shadowed === undefined || !names.has(normalizeName(shadowed.name)));
}
