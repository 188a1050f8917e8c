/**
 * The budget of one instance: its core modules are rewritten so that they count what the budget limits, and all of them
 * are accounted to one meter. Without a budget nothing is rewritten.
 */
import { type Budget, type BudgetField, budgetFieldNames } from "../../core/budget/budget.ts";
import { requireBudget } from "../../core/budget/require-budget.ts";
import { Meter } from "../compile/meter.ts";
import { type RewriteOptions, type RewrittenModule, rewriteCoreModule } from "../compile/rewrite-module.ts";
import type { CoreModule } from "../core-module/core-module.ts";
import { BudgetExhausted, UnsupportedError } from "../errors/errors.ts";
import type { InstanceStates } from "../instantiate/instance-states.ts";
import type { ModuleAccount, ModuleItem } from "../instantiate/runtime-scope.ts";
import type { ComponentParts, MeteredModules } from "./component.ts";
import type { KeptModules } from "./kept-modules.ts";

const enforced = ["fuel", "maxMemoryBytes", "maxTableElements", "maxCallDepth"] as const;

export const canEnforce = (field: BudgetField): boolean => enforced.some((each) => each === field);

/** @throws TypeError for what is no budget, UnsupportedError for a field that nothing enforces yet */
export function checkBudget(budget: Budget): Budget {
  const checked = requireBudget(budget);
  const field = budgetFieldNames.find((name) => checked[name] !== undefined && !canEnforce(name));
  if (field !== undefined) throw new UnsupportedError(`the budget's '${field}'`);
  return checked;
}

/** What an instance has used so far. */
export interface Usage {
  readonly memoryBytes: number;
  readonly tableElements: number;
  /** In instructions. */
  readonly fuel: bigint;
}

export class InstanceBudget {
  readonly #budget: Budget;
  readonly #states: InstanceStates;
  readonly #meter: Meter;
  readonly #options: RewriteOptions;

  constructor(budget: Budget, states: InstanceStates) {
    const { fuel, maxMemoryBytes, maxTableElements, maxCallDepth } = budget;
    this.#budget = budget;
    this.#states = states;
    this.#options = {
      fuel: fuel !== undefined,
      growth: maxMemoryBytes !== undefined || maxTableElements !== undefined,
      callDepth: maxCallDepth !== undefined,
    };
    this.#meter = new Meter({
      ...(fuel === undefined ? {} : { fuel }),
      ...(maxMemoryBytes === undefined ? {} : { memoryBytesMax: maxMemoryBytes }),
      ...(maxTableElements === undefined ? {} : { tableElementsMax: maxTableElements }),
      ...(maxCallDepth === undefined ? {} : { callDepthMax: maxCallDepth }),
    });
  }

  get usage(): Usage {
    const { memoryBytes, tableElements, fuelUsed } = this.#meter;
    return { memoryBytes, tableElements, fuel: fuelUsed };
  }

  /** A module of the component as an instance of it uses it. */
  moduleOf(parts: ComponentParts, core: CoreModule): ModuleItem {
    if (!Object.values(this.#options).includes(true)) {
      return { kind: "core module", module: compiled(core, parts) };
    }
    const key = JSON.stringify(this.#options);
    const known: MeteredModules = parts.metered.get(key) ?? new Map();
    parts.metered.set(key, known);
    const made = known.get(core) ?? this.#rewrite(core, parts.kept);
    known.set(core, made);
    return { kind: "core module", module: made.module, account: this.#accountOf(made.rewritten) };
  }

  #rewrite(
    core: CoreModule,
    kept?: KeptModules,
  ): { readonly rewritten: RewrittenModule; readonly module: WebAssembly.Module } {
    const rewritten = kept?.rewritten(this.#options).get(core) ?? rewriteCoreModule(core, this.#options);
    return { rewritten, module: new WebAssembly.Module(new Uint8Array(rewritten.bytes)) };
  }

  #accountOf(rewritten: RewrittenModule): ModuleAccount {
    const { check, grow, fuel, depth } = this.#meter.imports(rewritten);
    return {
      admit: () => {
        if (!this.#meter.admit(rewritten)) throw this.#exhausted();
      },
      imports: {
        [rewritten.namespace]: {
          check: (reason: number) => this.#told(check(reason)),
          grow: (place: number, current: number, delta: number) => this.#told(grow(place, current, delta)),
          fuel,
          depth,
        },
      },
    };
  }

  /** What ends the guest has to come out with its trap. */
  #told(verdict: number): number {
    if (verdict !== 0) this.#states.fail(this.#exhausted());
    return verdict;
  }

  #exhausted(): BudgetExhausted {
    const { exhaustion } = this.#meter;
    return new BudgetExhausted(exhaustion ?? { field: "fuel", limit: this.#budget.fuel ?? 0n, used: 0n });
  }

  /** Calls of the host begin at the edge. */
  enter(): void {
    if (this.#budget.maxCallDepth !== undefined) this.#meter.callDepthLeft = this.#budget.maxCallDepth;
  }
}

/** Those of a component that the store knew are compiled when they are first needed. */
function compiled(core: CoreModule, { modules, kept }: ComponentParts): WebAssembly.Module {
  const module = modules.get(core) ?? new WebAssembly.Module(new Uint8Array(core.bytes));
  // One that a host gave is another object for each instance.
  if (kept?.has(core) === true) modules.set(core, module);
  return module;
}
