/** Core modules as they are rewritten for a budget: what has to be counted for it, and what was compiled so. */
import type { Budget } from "../../core/budget/budget.ts";
import { type RewriteOptions, type RewrittenModule, rewriteCoreModule } from "../compile/rewrite-module.ts";
import type { CoreModule } from "../core-module/core-module.ts";
import { DecodeError, UnsupportedError, ValidationError } from "../errors/errors.ts";
import { pooledPagesMax } from "../instantiate/memory-pool.ts";
import { beginCompilingRewritten, compileRewritten } from "./compile-modules.ts";
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

  /**
   * @param isInterruptible somebody has to be asked while a guest computes, which takes fuel to measure when
   * @param requireLife called while modules are rewritten, which ends by what it throws
   */
  constructor(budget: Budget, isInterruptible: boolean, requireLife?: () => void) {
    const { fuel, maxMemoryBytes, maxTableElements, maxCallDepth, maxTables, maxMemories, cpuMs, wallMs } = budget;
    this.options = {
      fuel: isInterruptible || [fuel, cpuMs, wallMs].some((limit) => limit !== undefined),
      growth: [maxMemoryBytes, maxTableElements, maxTables, maxMemories].some((limit) => limit !== undefined),
      callDepth: maxCallDepth !== undefined,
      importedPagesMax: pooledPagesMax,
      ...(requireLife && { requireLife }),
    };
    // Functions are left out.
    this.key = JSON.stringify(this.options);
  }

  /** Whether core modules have to be rewritten at all. */
  get isNeeded(): boolean {
    return Object.values(this.options).includes(true);
  }

  /** @throws DecodeError | ValidationError | UnsupportedError, and the engine's for what it refuses */
  make(core: CoreModule, kept?: KeptModules): MeteredModule {
    const rewritten = this.#rewrite(core, kept);
    return { rewritten, module: compileRewritten(rewritten) };
  }

  /** For the core modules of a component, each as soon as it is known: the engine compiles one beside what comes next. */
  begin(): BegunModules {
    return new BegunModules((core) => this.#rewrite(core, undefined));
  }

  /** The longest first, so that the rest is rewritten while the engine has it. */
  beginAll(cores: readonly CoreModule[], kept?: KeptModules): BegunModules {
    const begun = new BegunModules((core) => this.#rewrite(core, kept));
    for (const core of cores.toSorted((a, b) => b.bytes.length - a.bytes.length)) begun.add(core);
    return begun;
  }

  #rewrite(core: CoreModule, kept: KeptModules | undefined): RewrittenModule {
    return kept?.rewritten(this.options).get(core) ?? rewriteCoreModule(core, this.options);
  }
}

/** Core modules that are rewritten, and compiled meanwhile. */
export class BegunModules {
  readonly #rewrite: (core: CoreModule) => RewrittenModule;
  readonly #begun: {
    readonly core: CoreModule;
    readonly rewritten: RewrittenModule;
    readonly module: Promise<WebAssembly.Module>;
  }[] = [];
  #refusal: unknown;
  /** How long the rewriting took. */
  rewriteMs = 0;

  constructor(rewrite: (core: CoreModule) => RewrittenModule) {
    this.#rewrite = rewrite;
  }

  /** A refusal is told to who asks for all: until then something else may turn out to be wrong. */
  add(core: CoreModule): void {
    if (this.#refusal !== undefined) return;
    const start = performance.now();
    try {
      const rewritten = this.#rewrite(core);
      this.#begun.push({ core, rewritten, module: beginCompilingRewritten(rewritten) });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#refusal = error;
    }
    this.rewriteMs += performance.now() - start;
  }

  /** @throws DecodeError | ValidationError | UnsupportedError, and the engine's for what it refuses */
  async all(): Promise<(readonly [core: CoreModule, made: MeteredModule])[]> {
    if (this.#refusal !== undefined) throw this.#refusal;
    return Promise.all(
      this.#begun.map(async ({ core, rewritten, module }) => [core, { rewritten, module: await module }] as const),
    );
  }
}

/** What a component may be guilty of. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof DecodeError ||
  error instanceof ValidationError ||
  error instanceof UnsupportedError ||
  error instanceof WebAssembly.CompileError;
