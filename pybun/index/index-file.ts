/** What an index knows about a project: its releases, their files and the core metadata of a file. */

/** One file of a release, as the index describes it. */
export interface IndexFile {
  readonly filename: string;
  /** Absolute (`https:` or `file:`), without fragment. May hold credentials: never print it without `redact`. */
  readonly url: string;
  /** Lower-case algorithm → lower-case hexadecimal digest (PEP 503, 691). */
  readonly hashes: Readonly<Record<string, string>>;
  /**
   * `algorithm:digest`; the bytes must have one of these. What a user demands of the file, where the SHA-256 that is
   * announced, and compared anyway, does not tell it.
   */
  readonly demanded?: readonly string[];
  /** Bytes (PEP 700). */
  readonly size?: number;
  /** As published, entities resolved; not parsed. */
  readonly requiresPython?: string;
  /** `false`, or the reason (PEP 592); the empty string is a yank without a reason. */
  readonly yanked: false | string;
  /** Milliseconds since 1970 (PEP 700 `upload-time`, or the `data-upload-time` attribute). */
  readonly uploadTimeMs?: number;
  /** Is the core metadata served beside the file (PEP 658, 714), and with which hash? */
  readonly metadata: false | true | { readonly sha256: string };
  readonly kind: "wheel" | "sdist";
}

/** All files of one project on one index. Decoded lazily: asking for one release costs that release only. */
export interface ProjectPage {
  /** Normalised (PEP 503). */
  readonly name: string;
  /** The index that answered, without secrets. */
  readonly index: string;
  /** Number of releases; they ascend by version key. */
  readonly count: number;
  /** The release's version key: `<` compares as PEP 440 orders. */
  readonly keyAt: (release: number) => string;
  /** The release's version, normalised. */
  readonly textAt: (release: number) => string;
  readonly filesAt: (release: number) => readonly IndexFile[];
}

/** The part of the core metadata (PEP 566, 643, 685) that resolution needs. */
export interface CoreMetadata {
  readonly name: string;
  readonly version: string;
  readonly requiresDist: readonly string[];
  readonly requiresPython?: string;
  readonly providesExtra: readonly string[];
  /** Lower-case names of fields that a build may change (PEP 643); empty for wheels. */
  readonly dynamic: readonly string[];
}
