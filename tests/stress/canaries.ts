/** Bugs that are planted to see whether the worlds show them. */
import { type PlantedText, plantText } from "../fuzz/plant-text.ts";

interface Canary extends PlantedText {
  /** What must be found. */
  readonly shows: RegExp;
  /** Of what shows in one of hundreds of worlds: the first of some with such a one. A change of the plans may move it. */
  readonly firstWorld?: number;
  /** It must have shown after so many worlds. */
  readonly worlds: number;
  readonly limitMs?: number;
}

export const canaries: Readonly<Record<string, Canary>> = {
  "a deadlock with a call that has left already": {
    file: "call/wait-graph.ts",
    from: "root.mayEnter ? undefined : root.heldBy",
    to: "root.heldBy",
    shows: /DeadlockError/,
    worlds: 600,
  },
  "a limit of fuel that stays when its call has ended": {
    file: "call/scheduler.ts",
    from: "task.widen();\n",
    to: "",
    shows: /though nobody limits it/,
    worlds: 200,
  },
  "resources that are destroyed, and stay the guest's": {
    file: "instantiate/guarded-drop.ts",
    from: "handles.remove(index, resource)",
    to: "handles.get(index, resource)",
    shows: /is destroyed again/,
    worlds: 50,
  },
  "resources that nobody has while they wait to be destroyed": {
    file: "instantiate/guarded-drop.ts",
    from: "if (taken !== undefined) handles.send(taken);",
    to: "",
    shows: /never destroys/,
    firstWorld: 585,
    worlds: 10,
  },
  "neighbours that end with a call that is not in them": {
    file: "call/scheduler.ts",
    from: "    for (const root of held) {\n      if (trap instanceof ExitError)",
    to: "    for (const root of [...held, ...this.#contended]) {\n      if (trap instanceof ExitError)",
    shows: /nothing has ended it/,
    worlds: 100,
  },
  "instances that stay ready when a call is ended in them": {
    file: "call/scheduler.ts",
    from: 'else if (!(trap instanceof BudgetExhausted)) root.end("trapped");',
    to: 'else if (!(trap instanceof BudgetExhausted)) { if (root === task.root) root.end("trapped"); }',
    shows: /which stays ready/,
    worlds: 100,
  },
  "turns that are given to nobody": {
    file: "call/scheduler.ts",
    from: "next.suspension?.complete({ value: undefined });",
    to: "",
    shows: / hang$/m,
    worlds: 50,
  },
  "a process that hangs": {
    file: "call/wait-graph.ts",
    from: "  if (holder !== undefined) search.walk(holder);",
    to: "  while (holder !== undefined) search.walk(holder);",
    shows: /^the process does not answer within 3000 ms$/,
    worlds: 50,
    limitMs: 3000,
  },
};

/** @throws Error where there is no such canary, or its text is not there exactly once */
export function plant(name: string): void {
  const canary = canaries[name];
  if (canary === undefined) throw new Error(`no canary '${name}'`);
  plantText(canary);
}
