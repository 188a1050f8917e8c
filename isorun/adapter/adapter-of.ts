/** Adapters are written and compiled once for what they depend on, and instantiated for each link. */
import type { FuncType } from "../types/component-types.ts";
import { writeAdapter } from "./adapter.ts";
import type { AdapterKey, PassedHandle } from "./adapter-key.ts";
import { GeneratedModules } from "./generated-modules.ts";

export interface Adapter {
  readonly module: WebAssembly.Module;
  readonly handles: readonly PassedHandle[];
}

/** By what they look like: components that know nothing of each other share them. */
const modules = new GeneratedModules();
/** Written for a type: which resources it passes is its own. Who holds the component holds what was made for it. */
const adapters = new WeakMap<FuncType, Map<string, Adapter>>();

/** @throws UnsupportedError for values of the asynchronous ABI */
export function adapterOf(key: AdapterKey): Adapter {
  const { caller, callee, entered, isLink, isPaid, type } = key;
  const ofType = adapters.get(type) ?? new Map<string, Adapter>();
  adapters.set(type, ofType);
  const sides = JSON.stringify([caller, callee, entered, isLink, isPaid]);
  const made = ofType.get(sides) ?? makeAdapter(key);
  ofType.set(sides, made);
  return made;
}

/** Each byte is one letter. */
const latin1 = new TextDecoder("latin1");

function makeAdapter(key: AdapterKey): Adapter {
  const { bytes, handles } = writeAdapter(key);
  return { module: modules.get(latin1.decode(bytes), () => bytes), handles };
}
