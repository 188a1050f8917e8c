/** Bytecode for the wheels of an environment: what is missing is made behind the run, what a killed attempt left goes. */
import { join } from "node:path";
import type { Store } from "@vivarium/core/store";
import { removeLeftover } from "@vivarium/core/store/leftover";
import type { EnvironmentRecord } from "../env/environment-record.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";
import { compileInBackground, hasBytecode } from "../wheel/bytecode.ts";
import { findStoredWheel, type StoredWheel, wheelKind } from "../wheel/stored-wheel.ts";
import { isDamage } from "./repair-wheels.ts";

export interface BytecodeScene {
  readonly store: Store;
  readonly interpreter: Interpreter;
  readonly wheels: readonly StoredWheel[];
}

/** Resolves as soon as compiling goes on without us. */
export async function ensureBytecode({ store, interpreter, wheels }: BytecodeScene): Promise<void> {
  const { realPath, abi } = interpreter;
  for (const wheel of wheels) {
    // The compiler takes its folder away after the list is there: killed between the two, nobody else would.
    const folder = join(store.entryPath(wheelKind, wheel.sha256), "bytecode", `${abi.cacheTag}.tmp`);
    if (hasBytecode(wheel, abi.cacheTag)) removeLeftover(folder);
  }
  await compileInBackground({ store, python: realPath, cacheTag: abi.cacheTag, wheels });
}

/** The same for an environment that was there: its compiling can have been killed behind another run. */
export async function resumeBytecode(
  record: EnvironmentRecord,
  { store, interpreter }: Omit<BytecodeScene, "wheels">,
): Promise<void> {
  const found = record.packages.map(({ sha256 }) => wholeWheel(store, sha256));
  await ensureBytecode({ store, interpreter, wheels: found.filter((wheel) => wheel !== undefined) });
}

/** A damaged wheel does not stop a run: the environment was found whole, and `cache verify` tells of the damage. */
function wholeWheel(store: Store, sha256: string): StoredWheel | undefined {
  try {
    return findStoredWheel(store, sha256);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return undefined;
  }
}
