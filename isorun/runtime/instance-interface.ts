/** An instance as programs name its type: wrappers and doubles of theirs have it too. */
import type { InstanceState } from "../call/task.ts";
import type { CallOptions } from "./call-options.ts";
import type { Usage } from "./instance-budget.ts";

/**
 * What `instantiate` answers with has this type; what each member does stands there (`LiveInstance`). Links and registries
 * ask for such a one itself: another object of the type can be held and called, and is a TypeError (`invalid-argument`)
 * there.
 */
export interface InstanceInterface extends AsyncDisposable {
  call(name: string, args?: readonly unknown[], options?: CallOptions): Promise<unknown>;
  func(name: string): (...args: unknown[]) => unknown;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly state: InstanceState;
  usage(): Usage;
  terminate(reason?: string): Promise<void>;
}
