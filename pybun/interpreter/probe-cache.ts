/**
 * Answers of interpreters, kept under `<cache>/interpreters/`, one file for each executable by its real path. An
 * answer holds while the executable is the same file and was not touched (and, where a wrapper script starts another one,
 * size and modification time of that one are what they were), and while the kernel's release, which two markers quote, is
 * the same. Broken programs are asked again.
 */
import { realpathSync, type Stats } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { writeFileAtomic } from "@vivarium/core/atomic-file";
import { Problem } from "@vivarium/core/diagnostic";
import { hasFields, readSmallJson, wholeOf } from "@vivarium/core/store/small-file";
import { statusOf } from "./file-identity.ts";
import { type ProbeOptions, type ProbeOutcome, probeInterpreter } from "./probe.ts";

const schema = 2;

interface Identity {
  readonly size: number;
  readonly mtimeMs: number;
}

interface StoredProbe extends Identity {
  readonly schema: typeof schema;
  readonly realPath: string;
  readonly inode: number;
  /** Nobody sets it, as a modification time can be set to what it was. */
  readonly ctimeMs: number;
  readonly kernel: string;
  readonly outcome: ProbeOutcome;
}

export interface ProbeScene extends ProbeOptions {
  readonly cacheRoot: string;
  /** Called before a program is started. */
  readonly onAsk?: (() => void) | undefined;
}

/** The answer of the executable that `path` leads to, asked now if it is not known. `path` must exist. */
export async function cachedProbe(path: string, scene: ProbeScene): Promise<ProbeOutcome> {
  const { realPath, known, learn } = recall(path, scene);
  if (known !== undefined) return known;
  const answer = probeInterpreter(realPath, scene);
  // The program runs already.
  scene.onAsk?.();
  return learn(await answer);
}

interface Recollection {
  readonly realPath: string;
  readonly known: ProbeOutcome | undefined;
  /** Keeps an answer, and returns it. */
  readonly learn: (outcome: ProbeOutcome) => ProbeOutcome;
}

function recall(path: string, { cacheRoot }: ProbeScene): Recollection {
  const realPath = realpathSync(path);
  const status = statusOf(realPath);
  const learn = (outcome: ProbeOutcome): ProbeOutcome => outcome;
  if (status === undefined) return { realPath, known: { kind: "broken", reason: "it went away" }, learn };
  const file = join(cacheRoot, "interpreters", `${nameOf(realPath)}.json`);
  const stored = readStored(file);
  const isKnown = stored !== undefined && stored.realPath === realPath && isCurrent(stored, status);
  const { size, mtimeMs, ino: inode, ctimeMs } = status;
  return {
    realPath,
    known: isKnown ? stored.outcome : undefined,
    learn: (outcome) => {
      if (outcome.kind === "broken") return outcome;
      keep(file, { schema, realPath, size, mtimeMs, inode, ctimeMs, kernel: release(), outcome });
      return outcome;
    },
  };
}

function nameOf(realPath: string): string {
  return new Bun.CryptoHasher("sha256").update(realPath).digest("hex").slice(0, 32);
}

function isCurrent(known: StoredProbe, status: Stats): boolean {
  const isUntouched = isSame(known, status) && known.inode === status.ino && known.ctimeMs === status.ctimeMs;
  if (!isUntouched || known.kernel !== release()) return false;
  if (known.outcome.kind !== "facts" || known.outcome.facts.realPath === known.realPath) return true;
  const target = statusOf(known.outcome.facts.realPath);
  return target !== undefined && isSame(known.outcome.facts, target);
}

function isSame(a: Identity, b: Identity): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs;
}

/** Only `keep` writes these files; one of another schema, or damaged, is asked again, and so is one that is not ours to read. */
function readStored(file: string): StoredProbe | undefined {
  try {
    return wholeOf(readSmallJson(file, isStored));
  } catch (error) {
    if (!(error instanceof Problem && error.code.startsWith("E_STORE_"))) throw error;
    return undefined;
  }
}

function isStored(value: object): value is StoredProbe {
  const numbers = { schema: "number", size: "number", mtimeMs: "number", inode: "number", ctimeMs: "number" } as const;
  if (!hasFields(value, { ...numbers, realPath: "string", kernel: "string", outcome: "object" })) return false;
  const stored = value as StoredProbe; // its outcome is looked at next
  return stored.schema === schema && isOutcome(stored.outcome);
}

const factTypes = {
  realPath: "string",
  size: "number",
  mtimeMs: "number",
  version: "string",
  implementation: "string",
  abi: "object",
  markers: "object",
  tagTarget: "object",
  basePrefix: "string",
  stdlib: "string",
  scheme: "object",
} as const;

function isOutcome(outcome: ProbeOutcome): boolean {
  if (!hasFields(outcome, { kind: "string" })) return false;
  if (outcome.kind === "facts") return hasFields(outcome, { facts: "object" }) && hasFields(outcome.facts, factTypes);
  return hasFields(outcome, outcome.kind === "old" ? { version: "string" } : {});
}

/** A cache that cannot be written still serves, whatever the disk says: the interpreter is only asked again next time. */
function keep(file: string, probe: StoredProbe): void {
  try {
    writeFileAtomic(file, JSON.stringify(probe));
  } catch (error) {
    if (!(error instanceof Problem && error.code.startsWith("E_STORE_"))) throw error;
  }
}
