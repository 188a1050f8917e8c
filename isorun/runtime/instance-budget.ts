/**
 * The budget of one instance: its core modules are rewritten so that they count what the budget limits, and all of them
 * are accounted to one meter. Without a budget nothing is rewritten.
 */
import { type Budget, budgetFieldNames } from "../../core/budget/budget.ts";
import { requireBudget } from "../../core/budget/require-budget.ts";
import { Meter } from "../compile/meter.ts";
import { type RewriteOptions, type RewrittenModule, rewriteCoreModule } from "../compile/rewrite-module.ts";
import type { CoreModule } from "../core-module/core-module.ts";
import { BudgetExhausted, UnsupportedError } from "../errors/errors.ts";
import type { InstanceStates } from "../instantiate/instance-states.ts";
import type { ModuleAccount, ModuleItem } from "../instantiate/runtime-scope.ts";
import type { ComponentParts, MeteredModules } from "./component.ts";

const enforced = ["fuel", "maxMemoryBytes", "maxTableElements", "maxCallDepth"] as const;

/** @throws TypeError for what is no budget, UnsupportedError for a field that nothing enforces yet */
export function checkBudget(budget: Budget): Budget {
  const checked = requireBudget(budget);
  const field = budgetFieldNames.find((name) => checked[name] !== undefined && !enforced.some((each) => each === name));
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
  moduleOf({ modules, metered }: ComponentParts, core: CoreModule): ModuleItem {
    if (!Object.values(this.#options).includes(true)) {
      return { kind: "core module", module: modules.get(core) ?? new WebAssembly.Module(new Uint8Array(core.bytes)) };
    }
    const key = JSON.stringify(this.#options);
    const known: MeteredModules = metered.get(key) ?? new Map();
    metered.set(key, known);
    const made = known.get(core) ?? this.#rewrite(core);
    known.set(core, made);
    return { kind: "core module", module: made.module, account: this.#accountOf(made.rewritten) };
  }

  #rewrite(core: CoreModule): { readonly rewritten: RewrittenModule; readonly module: WebAssembly.Module } {
    const rewritten = rewriteCoreModule(core, this.#options);
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
