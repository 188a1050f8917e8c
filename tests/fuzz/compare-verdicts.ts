/** Components that were broken, judged by wasmtime too: what one accepts and the other does not is a finding. */
import { join } from "node:path";
import { DecodeError, UnsupportedError, ValidationError } from "../../isorun/errors/errors.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { oraclePython } from "../../tools/oracles.ts";
import { componentOf } from "./binary-cases.ts";
import { type CaseSeed, casesPerScene } from "./case-kind.ts";
import { caseId, type FoundCase } from "./job.ts";
import { seedOf } from "./random.ts";

export interface Comparison {
  readonly compared: number;
  readonly endings: ReadonlyMap<string, number>;
  readonly findings: readonly FoundCase[];
}

/** What wasmtime says of what its Python has no setting for, or what it has not built. */
const settings = /requires the component model|feature|not enabled|support|fixed[- ]length|not implemented/i;

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

interface ComparisonSize {
  /** Of components, one of each scene. */
  readonly count: number;
  /** Ends it without a result. */
  readonly signal: AbortSignal;
}

const nothing: Comparison = { compared: 0, endings: new Map(), findings: [] };

export async function compareVerdicts(seed: number, { count, signal }: ComparisonSize): Promise<Comparison> {
  const seeds = Array.from({ length: count }, (_, index) => ({
    scene: seedOf(seed, index),
    call: index % casesPerScene,
  }));
  return compareCases(seeds, signal);
}

export async function compareCases(seeds: readonly CaseSeed[], signal?: AbortSignal): Promise<Comparison> {
  if (seeds.length === 0) return nothing;
  const components = seeds.map(componentOf);
  const theirs = await judgedByWasmtime(components, signal);
  const endings = new Map<string, number>();
  const findings: FoundCase[] = [];
  for (const [index, bytes] of components.entries()) {
    if (signal?.aborted === true) return nothing;
    const refusal = await refusalOf(bytes);
    const ending = endingOf(refusal, theirs[index] ?? "");
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
    const at = seeds[index];
    if (at !== undefined && ending.startsWith("only ")) {
      findings.push({
        id: caseId("component", at),
        what: `wasmtime: ${theirs[index]}\nisorun: ${refusal?.message ?? ""}`,
      });
    }
  }
  return { compared: seeds.length, endings, findings };
}

function endingOf(ours: Error | undefined, theirs: string): string {
  if (settings.test(theirs) || ours instanceof UnsupportedError) return "not comparable";
  if (ours === undefined) return theirs === "" ? "both accept" : "only isorun accepts";
  return theirs === "" ? "only wasmtime accepts" : "both refuse";
}

async function judgedByWasmtime(components: readonly Uint8Array[], signal?: AbortSignal): Promise<readonly string[]> {
  const lines = components.map((bytes) => `${bytes.toBase64()}\n`).join("");
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
