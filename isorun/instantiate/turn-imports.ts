/** What generated code asks the host for before it enters an instance that is busy. */
import type { ComponentInstance } from "./component-instance.ts";
import { guardOf } from "./guarded-func.ts";
import type { InstanceStates } from "./instance-states.ts";

export function turnImports(states: InstanceStates, { root }: ComponentInstance): Record<string, unknown> {
  const { scheduler } = states;
  const guarded = guardOf(states);
  return {
    turn: guarded(0, () => scheduler.takeTurn(root)),
    wait: scheduler.wait,
    resume: guarded(undefined, (id: number) => void scheduler.settle(id)),
  };
}
