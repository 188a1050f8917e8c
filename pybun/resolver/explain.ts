import type { Derivation } from "./derivation.ts";
import type { ReleaseSource } from "./release-source.ts";
export function explainDerivation(derivation: Derivation, source: ReleaseSource): string {
  return JSON.stringify(derivation);
}
