/**
 * How generated code enters instances. Between roots a busy one is waited for: the host puts the call into its queue,
 * the stack is suspended, and goes on when it is its turn (spec: rule 3). The last place is that of a root if the call
 * comes from another one.
 */

import type { CodeWriter } from "./code-writer.ts";
import type { ModuleWriter } from "./module-writer.ts";
import { reasonCode } from "./reasons.ts";
import { pendingAddress, runningAddress, stateOffsets } from "./state-memory.ts";

export interface EnterImports {
  readonly trap: number;
  /** Asks for a turn: whether to wait for it; a reason is left where it is refused. */
  readonly turn: number;
  /** Suspends, and answers with the number of the task. */
  readonly wait: number;
  /** Goes on with the task of this number. */
  readonly resume: number;
}

export function importEnter(module: ModuleWriter): Omit<EnterImports, "trap"> {
  return {
    turn: module.importFunc("turn", { params: [], results: ["i32"] }),
    wait: module.importFunc("wait", { params: [], results: ["i32"] }),
    resume: module.importFunc("resume", { params: ["i32"], results: [] }),
  };
}

interface EnterOptions {
  readonly imports: EnterImports;
  /** The memory of states. */
  readonly state: number;
  /** Constants: where the states of the instances lie. */
  readonly places: readonly number[];
}

export function emitEnter(code: CodeWriter, { imports, state, places }: EnterOptions): void {
  const isBusy = (place: number): void => {
    code.constant(place).at("i32.load", { memory: state, offset: stateOffsets.mayEnter }).op("i32.eqz");
  };
  const last = places.at(-1);
  if (last === undefined) return;
  isBusy(last);
  code.constant(last).at("i32.load", { memory: state, offset: stateOffsets.hasEnded }).op("i32.or");
  code.if(() => {
    code.call(imports.turn);
    code.if(() => emitWait(code, imports, () => code.call(imports.resume)));
    emitCheckPending(code, state);
  });
  for (const place of places) {
    isBusy(place);
    code.if(() => code.i32(reasonCode("cannot enter component instance")).call(imports.trap).op("unreachable"));
  }
  for (const place of places) {
    code.constant(place).i32(0).at("i32.store", { memory: state, offset: stateOffsets.mayEnter });
  }
  code.constant(last).i32(runningAddress).at("i32.load", { memory: state, offset: 0 });
  code.at("i32.store", { memory: state, offset: stateOffsets.holder });
}

/** Leaves the number of the task on the stack for `next`. */
export function emitWait(
  code: CodeWriter,
  { wait, trap }: Pick<EnterImports, "wait" | "trap">,
  next: () => void,
): void {
  const task = code.local("i32");
  code.tryAll(
    "i32",
    () => code.call(wait),
    () => code.i32(reasonCode("cannot block: a frame of JavaScript is in the way")).call(trap).op("unreachable"),
  );
  code.set(task).get(task);
  next();
}

export function emitLeave(code: CodeWriter, { state, places }: Pick<EnterOptions, "state" | "places">): void {
  for (const place of places) {
    code.constant(place).i32(1).at("i32.store", { memory: state, offset: stateOffsets.mayEnter });
  }
}

/** The host cannot throw: it leaves a word, which whoever acts on it takes back. */
export function emitCheckPending(code: CodeWriter, state: number): void {
  code.i32(pendingAddress).at("i32.load", { memory: state, offset: 0 });
  code.if(() => code.i32(pendingAddress).i32(0).at("i32.store", { memory: state, offset: 0 }).op("unreachable"));
}
