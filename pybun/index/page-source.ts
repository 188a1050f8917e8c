/** Where pages come from: one index, seen by the client. Remote ones are `remote-source.ts`, directories `directory-source.ts`. */
import type { ProjectPage } from "./index-file.ts";

/** An index that does not know the name. */
export const absent = "absent";
export type Absent = typeof absent;

export interface PageSource {
  /** Redacted, for messages and `ProjectPage.index`. */
  readonly shown: string;
  /** The answer if it is at hand and fresh; never waits. */
  readonly cached: (name: string) => ProjectPage | Absent | undefined;
  /** Asks. Throws what the transport throws; a missing project is {@link absent}, not an error. */
  readonly fetch: (name: string) => Promise<ProjectPage | Absent>;
  /** Names that the source has answered for before: material for suggestions. */
  readonly knownNames: () => readonly string[];
}
