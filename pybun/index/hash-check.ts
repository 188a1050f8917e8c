/** Hashes computed while bytes pass, compared with what was announced. */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { indexDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof indexDiagnostics>();

/** Strongest first. MD5 and SHA-1 are checked only where nothing better is announced: old mirrors have no more. */
const algorithms = ["sha512", "sha384", "sha256", "sha224", "blake2b", "sha1", "md5"] as const;

type Algorithm = (typeof algorithms)[number];

/** Python's `hashlib` and OpenSSL name one of them differently. */
const hasherName = (name: Algorithm): Bun.SupportedCryptoAlgorithms => (name === "blake2b" ? "blake2b512" : name);

export interface HashCheck {
  readonly update: (bytes: Uint8Array) => void;
  /** The SHA-256 of everything; throws `E_INDEX_HASH` when an announced hash differs. */
  readonly finish: () => string;
}

/** Always computes SHA-256 (our store's name for the file) and the strongest announced hash besides. */
export function checkHashes(hashes: Readonly<Record<string, string>>, names: { file: string; url: string }): HashCheck {
  const sha256 = new Bun.CryptoHasher("sha256");
  const strongest = algorithms.find((name) => hashes[name] !== undefined);
  const other = strongest === undefined || strongest === "sha256" ? undefined : hasherOf(strongest);
  return {
    update(bytes) {
      sha256.update(bytes);
      other?.hasher.update(bytes);
    },
    finish() {
      const digest = sha256.digest("hex");
      compare("sha256", digest, hashes["sha256"]);
      if (other !== undefined) compare(other.name, other.hasher.digest("hex"), hashes[other.name]);
      return digest;
    },
  };

  function compare(algorithm: string, actual: string, expected: string | undefined): void {
    if (expected !== undefined && expected !== actual)
      throw problem("E_INDEX_HASH", { ...names, algorithm, expected, actual });
  }
}

function hasherOf(name: Algorithm): { name: Algorithm; hasher: Bun.CryptoHasher } {
  return { name, hasher: new Bun.CryptoHasher(hasherName(name)) };
}

/** Checks bytes that are all there. */
export function assertHash(
  bytes: Uint8Array,
  hashes: Readonly<Record<string, string>>,
  names: { file: string; url: string },
): void {
  const check = checkHashes(hashes, names);
  check.update(bytes);
  check.finish();
}
