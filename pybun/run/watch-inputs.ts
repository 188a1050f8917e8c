/**
 * The long way reads what its choice depends on when it begins, and remembers the choice when it ends. An edit in between
 * would bind the new contents to the old choice for good: each later run would find all as it was remembered.
 */
import { statusFingerprint } from "./witness.ts";

export { creationInputs, runInputs } from "./witness-paths.ts";

/** Looks at each path now; the answer tells whether all look the same still. */
export function watchInputs(paths: readonly string[]): () => boolean {
  const before = new Map(paths.map((path) => [path, statusFingerprint(path)]));
  return () => [...before].every(([path, fingerprint]) => statusFingerprint(path) === fingerprint);
}
