/** Where pages come from: one index, seen by the client. Remote ones are `remote-source.ts`, directories `directory-source.ts`. */
import type { ProjectPage } from "./index-file.ts";

/** An index that does not know the name. */
export const absent = "absent";
export type Absent = typeof absent;

/**
 * Proof of what `cached` answered: the file of the cache that it was read from, and until when it may be believed.
 * What was derived from the answer holds as long as the proof does.
 */
export interface PageProof {
  /** Which file, in which state: a replaced file has another. */
  readonly file: string;
  readonly freshUntilMs: number;
  readonly status: 200 | 404;
}

export interface PageSource {
  /** Redacted, for messages and `ProjectPage.index`. */
  readonly shown: string;
  /** The answer if it is at hand and fresh; never waits. */
  readonly cached: (name: string) => ProjectPage | Absent | undefined;
  /** Proof of what `cached` answered for the name; `undefined` where it did not, or where nothing is kept in the cache. */
  readonly proof: (name: string) => PageProof | undefined;
  /**
   * Whether `cached` would answer now as it did when the proof was made. If so it goes on to, however long this source
   * lives: one resolution sees one state of a page.
   */
  readonly believes: (name: string, proof: PageProof) => boolean;
  /** Asks. Throws what the transport throws; a missing project is {@link absent}, not an error. */
  readonly fetch: (name: string) => Promise<ProjectPage | Absent>;
  /** Names that the source has answered for before: material for suggestions. */
  readonly knownNames: () => readonly string[];
}
