/** The core modules of one component as they were rewritten for budgets, from the store or for it. */
import { type RewriteOptions, type RewrittenModule, rewriteCoreModule } from "../compile/rewrite-module.ts";
import type { CoreModule } from "../core-module/core-module.ts";
import type { ModuleStore } from "../store/module-store.ts";

export interface KeptPlace {
  /** Of the component's file. */
  readonly hash: string;
  readonly store: ModuleStore;
}

export class KeptModules {
  readonly #modules: readonly CoreModule[];
  readonly #place: KeptPlace;
  readonly #known = new Map<string, ReadonlyMap<CoreModule, RewrittenModule>>();

  /** @param modules of the component, in the order of its file */
  constructor(modules: readonly CoreModule[], place: KeptPlace) {
    this.#modules = modules;
    this.#place = place;
  }

  has(module: CoreModule): boolean {
    return this.#modules.includes(module);
  }

  /** All of them; those that the store does not know are rewritten, and kept there. @throws UnsupportedError */
  rewritten(options: RewriteOptions): ReadonlyMap<CoreModule, RewrittenModule> {
    const word = wordOf(options);
    const known = this.#known.get(word) ?? this.#find(word, options);
    this.#known.set(word, known);
    return known;
  }

  #find(word: string, options: RewriteOptions): ReadonlyMap<CoreModule, RewrittenModule> {
    const { hash, store } = this.#place;
    const stored = store.rewritten(hash, word);
    const modules = stored ?? this.#modules.map((module) => rewriteCoreModule(module, options));
    // Nobody waits for the disk: whoever comes before it is written rewrites them too.
    if (stored === undefined) void store.keepRewritten(hash, { options: word, modules });
    return new Map(
      modules.flatMap((rewritten, place) => {
        const module = this.#modules[place];
        return module === undefined ? [] : [[module, rewritten] as const];
      }),
    );
  }
}

/** What they count: limits that are written into a module are none of a budget's. */
const wordOf = ({ fuel = false, growth = false, callDepth = false }: RewriteOptions): string =>
  [fuel && "fuel", growth && "growth", callDepth && "depth"].filter((word) => word !== false).join("-");
