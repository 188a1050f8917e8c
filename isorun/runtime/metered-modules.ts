/** Core modules as they are rewritten for a budget: what has to be counted for it, and what was compiled so. */
import type { Budget } from "../../core/budget/budget.ts";
import { type RewriteOptions, type RewrittenModule, rewriteCoreModule } from "../compile/rewrite-module.ts";
import type { CoreModule } from "../core-module/core-module.ts";
import { beginCompiling, compileNow } from "./compile-modules.ts";
import type { KeptModules } from "./kept-modules.ts";

export interface MeteredModule {
  readonly rewritten: RewrittenModule;
  readonly module: WebAssembly.Module;
}

/** What instances count. Modules that were rewritten for it serve all budgets that need the same counted. */
export class Metering {
  readonly options: RewriteOptions;
  /** Modules that count the same have the same key. */
  readonly key: string;

  /** @param isInterruptible somebody has to be asked while a guest computes, which takes fuel to measure when */
  constructor(budget: Budget, isInterruptible: boolean) {
    const { fuel, maxMemoryBytes, maxTableElements, maxCallDepth, maxTables, maxMemories, cpuMs, wallMs } = budget;
    this.options = {
      fuel: isInterruptible || [fuel, cpuMs, wallMs].some((limit) => limit !== undefined),
      growth: [maxMemoryBytes, maxTableElements, maxTables, maxMemories].some((limit) => limit !== undefined),
      callDepth: maxCallDepth !== undefined,
    };
    this.key = JSON.stringify(this.options);
  }

  /** Whether core modules have to be rewritten at all. */
  get isNeeded(): boolean {
    return Object.values(this.options).includes(true);
  }

  /** @throws DecodeError | ValidationError | UnsupportedError, and the engine's for what it refuses */
  make(core: CoreModule, kept?: KeptModules): MeteredModule {
    const rewritten = this.#rewrite(core, kept);
    return { rewritten, module: compileNow(rewritten.bytes) };
  }

  /**
   * All of a component's. The engine compiles one while the next is rewritten: so the longest goes first.
   * @throws as `make` does
   */
  async makeAll(
    cores: readonly CoreModule[],
    kept?: KeptModules,
  ): Promise<(readonly [core: CoreModule, made: MeteredModule])[]> {
    const longestFirst = cores.toSorted((a, b) => b.bytes.length - a.bytes.length);
    const begun = longestFirst.map((core) => {
      const rewritten = this.#rewrite(core, kept);
      return { core, rewritten, module: beginCompiling(rewritten.bytes) };
    });
    return Promise.all(
      begun.map(async ({ core, rewritten, module }) => [core, { rewritten, module: await module }] as const),
    );
  }

  #rewrite(core: CoreModule, kept: KeptModules | undefined): RewrittenModule {
    return kept?.rewritten(this.options).get(core) ?? rewriteCoreModule(core, this.options);
  }
}
