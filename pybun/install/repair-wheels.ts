/** Mends a store whose unpacked wheels were changed behind our back: what is damaged leaves, and is fetched again. */
import { existsSync } from "node:fs";
import { Problem, problemsOf } from "@vivarium/core/diagnostic";
import type { coreDiagnostics } from "@vivarium/core/diagnostics";
import type { Report } from "@vivarium/core/report";
import type { Store } from "@vivarium/core/store";
import { checkSeal } from "../wheel/seal.ts";
import { type StoredWheel, wheelKind } from "../wheel/stored-wheel.ts";

const problem = problemsOf<typeof coreDiagnostics>();

export interface RepairScene {
  readonly store: Store;
  readonly report: Report;
  readonly wheels: readonly StoredWheel[];
  /** Fetches what is missing from the store. */
  readonly again: () => Promise<readonly StoredWheel[]>;
}

/**
 * Runs `use` with the wheels; if it finds damage, once more with mended ones: also where all wheels are whole, because
 * then what was made of them is gone. @throws what `use` throws
 */
export async function repairWheels<T>(scene: RepairScene, use: (wheels: readonly StoredWheel[]) => Promise<T>) {
  try {
    return await use(scene.wheels);
  } catch (error) {
    if (!isDamage(error)) throw error;
    discardDamaged(scene);
    return use(await scene.again());
  }
}

/** Whether something in the store is not what was put there. */
export const isDamage = (error: unknown): error is Problem =>
  error instanceof Problem && error.code === "E_STORE_DAMAGED";

function discardDamaged({ store, report, wheels }: RepairScene): void {
  for (const wheel of wheels) {
    const detail = damageOf(wheel);
    if (detail === undefined) continue;
    store.remove(wheelKind, wheel.sha256);
    report.warn(problem("W_STORE_REPAIRED", { path: store.entryPath(wheelKind, wheel.sha256), detail }));
  }
}

function damageOf(wheel: StoredWheel): string | undefined {
  // One that this process has unpacked is not looked at again for anything else.
  if (!existsSync(wheel.path)) return "it is gone";
  try {
    checkSeal(wheel);
    return undefined;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return (error.params as { detail: string }).detail; // the parameters of E_STORE_DAMAGED
  }
}
