/**
 * The signals that end a command, as far as they are ours to hear. One that our caller made us ignore (`nohup`, a
 * script's background job) stays ignored, by us and by the program that takes our place.
 */
import { ignoredAmong } from "@vivarium/core/ignored-signals";

export type Ending = "SIGINT" | "SIGTERM" | "SIGHUP";

/** Those that are not ignored. To be asked before the first handler is installed. */
export function heardSignals(): readonly Ending[] {
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const ignored = ignoredAmong(names);
  return names.filter((name) => !ignored.has(name));
}

/**
 * Calls `handle` for each of them; returns what gives them back to their defaults. For work of a few milliseconds, where
 * nothing can keep JavaScript from hearing; longer work is guarded (signals.ts).
 */
export function listenBriefly(handle: (ending: Ending) => void): () => void {
  const listeners = heardSignals().map((name) => ({ name, listener: () => handle(name) }));
  for (const { name, listener } of listeners) process.on(name, listener);
  return () => {
    for (const { name, listener } of listeners) process.off(name, listener);
  };
}
