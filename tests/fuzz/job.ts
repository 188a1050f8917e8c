/** What the parent asks a child, and what it answers. */
import type { CaseSeed, Ending } from "./case-kind.ts";

export interface Job {
  readonly kind: string;
  readonly cases: readonly CaseSeed[];
  /** They are components, which wasmtime judges too; otherwise they are run. */
  readonly isJudged?: boolean;
}

export interface FoundCase {
  readonly id: string;
  /** The error with its stack, or how the process ended. */
  readonly what: string;
}

export interface JobReport {
  readonly endings: Readonly<Record<Ending, number>>;
  readonly findings: readonly FoundCase[];
}

/** `kind:scene.call`, as it is given to `--case`. */
export const caseId = (kind: string, { scene, call }: CaseSeed): string =>
  `${kind}:${scene.toString(16).padStart(8, "0")}.${call}`;

/** Of cases that were run after each other in one process. */
export function batchId(kind: string, cases: readonly CaseSeed[]): string {
  const ids = [cases[0], cases.at(-1)].flatMap((seed) => (seed === undefined ? [] : [caseId(kind, seed)]));
  return ids.join("..");
}

/** @returns undefined for what is no such name */
export function parseCaseId(id: string): Job | undefined {
  const [, kind, scene, call] = /^([a-z]+):([0-9a-f]{1,8})\.(\d{1,2})$/.exec(id) ?? [];
  if (kind === undefined) return undefined;
  return { kind, cases: [{ scene: Number.parseInt(scene ?? "", 16), call: Number(call) }] };
}
