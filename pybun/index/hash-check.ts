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
  /** Whether what came so far is all of it, as a hash that was announced tells; `finish` goes on to compare everything. */
  readonly isWhole: () => boolean;
  /** The SHA-256 of everything; throws `E_INDEX_HASH` when an announced hash differs, and {@link UndemandedFile}. */
  readonly finish: () => string;
}

/** The file is what its index announced, and not what the user demands. Whoever knows the project tells it. */
export class UndemandedFile extends Error {
  /** `algorithm:digest` of the bytes, for each algorithm that was demanded. */
  readonly actual: readonly string[];
  readonly demanded: readonly string[];

  constructor(actual: readonly string[], demanded: readonly string[]) {
    super("a file has none of the hashes that are demanded");
    this.name = "UndemandedFile";
    this.actual = actual;
    this.demanded = demanded;
  }
}

interface Names {
  readonly file: string;
  readonly url: string;
}

/**
 * Always computes SHA-256 (our store's name for the file), the strongest announced hash besides, and those of which
 * `demanded` knows one (`algorithm:digest`).
 */
export function checkHashes(
  hashes: Readonly<Record<string, string>>,
  { demanded = [], ...names }: Names & { readonly demanded?: readonly string[] | undefined },
): HashCheck {
  const strongest = algorithms.find((name) => hashes[name] !== undefined);
  const wanted = algorithms.filter((name) => demanded.some((hash) => hash.startsWith(`${name}:`)));
  const computed = new Set<Algorithm>(["sha256", ...(strongest === undefined ? [] : [strongest]), ...wanted]);
  const hashers = [...computed].map((name) => ({ name, hasher: new Bun.CryptoHasher(hasherName(name)) }));
  return {
    update(bytes) {
      for (const { hasher } of hashers) hasher.update(bytes);
    },
    isWhole() {
      const known = hashers.find(({ name }) => hashes[name] !== undefined);
      return known !== undefined && known.hasher.copy().digest("hex") === hashes[known.name];
    },
    finish() {
      const digests = new Map(hashers.map(({ name, hasher }) => [name, hasher.digest("hex")]));
      for (const [algorithm, actual] of digests) {
        const expected = hashes[algorithm];
        if (expected !== undefined && expected !== actual)
          throw problem("E_INDEX_HASH", { ...names, algorithm, expected, actual });
      }
      const found = wanted.map((name) => `${name}:${digests.get(name)}`);
      if (demanded.length > 0 && !found.some((hash) => demanded.includes(hash)))
        throw new UndemandedFile(found, demanded);
      return digests.get("sha256") ?? "";
    },
  };
}

/** Checks bytes that are all there. */
export function assertHash(bytes: Uint8Array, hashes: Readonly<Record<string, string>>, names: Names): void {
  const check = checkHashes(hashes, names);
  check.update(bytes);
  check.finish();
}
