/** A wasmtime that goes on, with one instance of a component, in a process of the oracles' Python. */
import { join } from "node:path";
import { oraclePython } from "../../tools/oracles.ts";
import { ContenderProcess } from "./contender-process.ts";

export interface WasmtimeCalls {
  readonly version: string;
  /** Calls an export with numbers. @returns what it gave, as text, and how long that took */
  call(name: string, args: readonly number[]): Promise<{ readonly result: string; readonly durationMs: number }>;
}

/** @param path of the component's binary */
export async function openWasmtime(path: string): Promise<WasmtimeCalls> {
  const command = [await oraclePython(), "-I", join(import.meta.dir, "calls_under_wasmtime.py"), path];
  // It ends with its standard input, which is when this process ends.
  const child = new ContenderProcess("wasmtime", command);
  return {
    version: await wasmtimeVersion(),
    // What the program writes.
    call: async (name, args) => (await child.ask([name, ...args])) as { result: string; durationMs: number },
  };
}

export async function wasmtimeVersion(): Promise<string> {
  const code = 'import importlib.metadata as m; print(m.version("wasmtime"))';
  return Bun.spawnSync([await oraclePython(), "-I", "-c", code])
    .stdout.toString()
    .trim();
}
