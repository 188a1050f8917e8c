/**
 * What earlier resolutions for the same target found out about projects, so that a warm one need not find it out again:
 * the releases of a page, the file chosen for a release, what a release requires once its markers are judged.
 *
 * In: pages and metadata, seen by a resolution. Out: the same answers, later, from one file. Only results of pure functions are
 * kept, and only with the proof of what they were made from: the state of the page's file in the cache of the index,
 * and how long that may be believed. Target and policy are in the file's name. The solver runs anew each time; nothing
 * of a resolution itself is kept. Whatever does not fit is a miss, and the page is read.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "@vivarium/core/atomic-file";
import { Problem } from "@vivarium/core/diagnostic";
import { isRegularFile } from "@vivarium/core/store/small-file";
import { sweepTemporaryFiles } from "@vivarium/core/store/temporary-files";
import { programVersion } from "@vivarium/core/version";
import type { IndexClient } from "../index/client.ts";
import type { PageProof } from "../index/page-source.ts";
import type { ReleaseRequirements } from "../resolver/release-source.ts";
import type { ResolveTarget } from "../resolver/target.ts";
import { decodeMemo, encodeMemo, type MemoRecords } from "./memo-file.ts";
import { type CandidatePolicy, pinsProject } from "./policy.ts";
import type { FileChoice } from "./release-choice.ts";
import { removeOldest } from "./remove-oldest.ts";

/** What is remembered of a release. */
export interface ReleaseMemo {
  readonly text: string;
  readonly choice: FileChoice;
  /** Of all its files, where it was chosen: with them a pin is complete without the page. */
  readonly hashes?: readonly string[];
  /** By extra in brackets; `[]` is the release itself. Never `known`: markers are judged. */
  readonly answers: Readonly<Record<string, ReleaseRequirements>>;
}

/** What is remembered of a project. */
export interface ProjectMemo {
  readonly proofs: readonly PageProof[];
  /** The index that has it, without secrets. */
  readonly index: string;
  /** Version keys of all releases, ascending, a line each. */
  readonly keys: string;
  /** The releases that somebody looked at, by their place. */
  readonly releases: Readonly<Record<number, ReleaseMemo>>;
}

/** Without proofs: the page was read from the cache by this very client, which can prove it. */
export interface FoundProject extends Omit<ProjectMemo, "proofs"> {
  readonly proofs?: ProjectMemo["proofs"] | undefined;
}

export interface ResolutionMemo {
  /** `undefined`: nothing is remembered, or it does not hold any more. */
  readonly project: (name: string) => ProjectMemo | undefined;
  /**
   * Keeps these projects besides those that are remembered already. Best effort: a cache that cannot be written stays
   * as it is.
   */
  readonly save: (projects: ReadonlyMap<string, FoundProject>) => void;
}

export interface MemoOptions {
  readonly client: Pick<IndexClient, "believes" | "proofs" | "derivedDirectory">;
  readonly target: ResolveTarget;
  readonly policy: CandidatePolicy;
}

/** Two megabytes are read in less than a millisecond, and hold a thousand projects. */
const fileBytesMax = 2 * 1024 * 1024;
/** Targets and policies in use at the same time. */
const filesMax = 32;
const ending = ".memo";

/** `undefined`: the policy is one of those that are used once. */
export function openMemo({ client, target, policy }: MemoOptions): ResolutionMemo | undefined {
  if ((policy.requiredHashes?.size ?? 0) > 0) return undefined;
  const path = join(client.derivedDirectory, `${digestOf(target, policy)}${ending}`);
  let records: MemoRecords | undefined;
  const load = (): MemoRecords => (records ??= readMemo(path));
  return {
    project(name) {
      const record = pinsProject(policy, name) ? undefined : load().get(name);
      if (record === undefined) return undefined;
      // Written by `save`, under the file's checksum and format: the shape is ours.
      const memo = JSON.parse(Buffer.from(record.buffer, record.byteOffset, record.length).toString()) as ProjectMemo;
      return client.believes(name, memo.proofs) ? memo : undefined;
    },
    save(projects) {
      const fresh = new Map<string, Uint8Array>();
      for (const [name, project] of projects) {
        const proofs = pinsProject(policy, name) ? undefined : (project.proofs ?? client.proofs(name));
        if (proofs !== undefined) fresh.set(name, Buffer.from(JSON.stringify({ ...project, proofs }), "utf8"));
      }
      for (const [name, record] of load()) if (!fresh.has(name)) fresh.set(name, record);
      if (!isWritten(path, encodeMemo(fresh, fileBytesMax))) return;
      sweepTemporaryFiles(client.derivedDirectory);
      removeOldest(client.derivedDirectory, { ending, filesMax });
    },
  };
}

/** All that the remembered answers depend on, the pages and the metadata aside. */
function digestOf({ tags, markers }: ResolveTarget, policy: CandidatePolicy): string {
  const named = (choice: CandidatePolicy["noBinary"]): unknown => (choice === "all" ? choice : [...choice].sort());
  const inputs = [
    programVersion,
    tags.join(" "),
    markers,
    policy.pythonKey,
    named(policy.noBinary),
    named(policy.onlyBinary),
    policy.excludeNewerMs ?? null,
  ];
  return new Bun.CryptoHasher("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 32);
}

/** A file that is not there, or that cannot be read, tells nothing: the pages do. */
function readMemo(path: string): MemoRecords {
  if (!isRegularFile(path)) return new Map();
  try {
    return decodeMemo(readFileSync(path)) ?? new Map();
  } catch (error) {
    if (error instanceof Error && "code" in error) return new Map();
    throw error;
  }
}

/** A cache that is read-only or full costs time only, and the index client has told of it where it matters. */
function isWritten(path: string, bytes: Uint8Array): boolean {
  try {
    writeFileAtomic(path, bytes);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code.startsWith("E_STORE_")) return false;
    throw error;
  }
}
