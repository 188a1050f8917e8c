/** Components that were broken, judged by wasmtime too: what one accepts and the other does not is a finding. */
import { join } from "node:path";
import { DecodeError, UnsupportedError, ValidationError } from "../../isorun/errors/errors.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { oraclePython } from "../../tools/oracles.ts";
import { componentOf } from "./binary-cases.ts";
import { type CaseSeed, casesPerScene } from "./case-kind.ts";
import { caseId, type FoundCase, type Job } from "./job.ts";
import { knownComponentOf } from "./known-cases.ts";
import { seedOf } from "./random.ts";

export interface Comparison {
  readonly compared: number;
  readonly endings: ReadonlyMap<string, number>;
  readonly findings: readonly FoundCase[];
}

/** What wasmtime says of what its Python has no setting for, or what it has not built. */
const settings = /requires the component model|feature|not enabled|support|fixed[- ]length|not implemented/i;

/** It lets no export be an abstract resource beside itself; tests/components/wasmtime.test.ts has such a case. */
const abstracted = /resource types are not the same .*globally_unique_id: (\d+),.*globally_unique_id: \1,/;

/** It takes no global of a reference below that of the import; tests/components/wasmtime.test.ts has such a case. */
const globalBelow = /expected global type (?:\(ref |\w+ref\b).* found (?:\(ref |\w+ref\b)/;

const otherwise = [settings, abstracted, globalBelow];

const runtime = new Runtime();

/** Undefined if it is valid. @throws what is no verdict */
async function refusalOf(bytes: Uint8Array): Promise<Error | undefined> {
  try {
    await runtime.load(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof DecodeError || error instanceof ValidationError || error instanceof UnsupportedError)
      return error;
    throw error;
  }
}

/** Kinds of cases that are a component. */
const makers: Readonly<Record<string, (seed: CaseSeed) => Uint8Array | Promise<Uint8Array>>> = {
  component: componentOf,
  known: knownComponentOf,
};

export const comparedKinds: readonly string[] = Object.keys(makers);

interface ComparisonSize {
  /** Of components of each kind, one of each scene. */
  readonly counts: ReadonlyMap<string, number>;
  /** Ends it without a result. */
  readonly signal: AbortSignal;
}

export async function compareVerdicts(seed: number, { counts, signal }: ComparisonSize): Promise<Comparison> {
  const jobs = [...counts].map(([kind, count]) => ({
    kind,
    cases: Array.from({ length: count }, (_, index) => ({ scene: seedOf(seed, index), call: index % casesPerScene })),
  }));
  return compareCases(jobs, signal);
}

const nothing: Comparison = { compared: 0, endings: new Map(), findings: [] };

interface Compared {
  readonly id: string;
  readonly bytes: Uint8Array;
}

export async function compareCases(jobs: readonly Job[], signal?: AbortSignal): Promise<Comparison> {
  const all = (await Promise.all(jobs.map(componentsOf))).flat();
  if (all.length === 0) return nothing;
  const theirs = await judgedByWasmtime(all, signal);
  const endings = new Map<string, number>();
  const findings: FoundCase[] = [];
  for (const [index, { id, bytes }] of all.entries()) {
    if (signal?.aborted === true) return nothing;
    const refusal = await refusalOf(bytes);
    const ending = endingOf(refusal, theirs[index] ?? "");
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
    if (ending.startsWith("only ")) {
      findings.push({ id, what: `wasmtime: ${theirs[index]}\nisorun: ${refusal?.message ?? ""}` });
    }
  }
  return { compared: all.length, endings, findings };
}

async function componentsOf({ kind, cases }: Job): Promise<Compared[]> {
  const make = makers[kind];
  if (make === undefined) return [];
  const made: Compared[] = [];
  for (const seed of cases) made.push({ id: caseId(kind, seed), bytes: await make(seed) });
  return made;
}

function endingOf(ours: Error | undefined, theirs: string): string {
  if (otherwise.some((words) => words.test(theirs)) || ours instanceof UnsupportedError) return "not comparable";
  if (ours === undefined) return theirs === "" ? "both accept" : "only isorun accepts";
  return theirs === "" ? "only wasmtime accepts" : "both refuse";
}

async function judgedByWasmtime(components: readonly Compared[], signal?: AbortSignal): Promise<readonly string[]> {
  const lines = components.map(({ bytes }) => `${bytes.toBase64()}\n`).join("");
  const child = Bun.spawn([await oraclePython(), "-I", join(import.meta.dir, "judge_components.py")], {
    stdin: new TextEncoder().encode(lines),
    stdout: "pipe",
    stderr: "inherit",
    ...(signal === undefined ? {} : { signal }),
  });
  const verdicts = (await child.stdout.text()).split("\n");
  verdicts.pop();
  if (verdicts.length !== components.length && signal?.aborted !== true) {
    throw new Error("wasmtime ended before it had judged all components");
  }
  return verdicts;
}
