/**
 * Stands for every interface of WASI 0.2 that a component names and nothing else was linked for. What the types allow
 * decides how it says no, so that programs which only name an interface, or ask before they use it, just run.
 */
import { ComponentError } from "../errors/errors.ts";
import { requireAtOnce } from "../runtime/at-once.ts";
import type { HostFunction, HostResource, Linker, MissingImport } from "../runtime/linker.ts";
import { Linker as LinkerClass } from "../runtime/linker.ts";
import { requireOptions } from "../runtime/require-options.ts";
import { requireFunction } from "../runtime/required.ts";
import type { SystemComponent } from "../runtime/system-component.ts";
import type { FuncType, Resource, ValueType } from "../types/component-types.ts";
import { isOfWasi02 } from "./known-functions.ts";
import { accessDenied } from "./refusal.ts";
import { isWasi02 } from "./wasi-name.ts";

/** A call that WasiDenied has answered with no. */
export interface Denial {
  /** As the component names it. */
  readonly interface: string;
  readonly func: string;
  /** What the guest got: an error, an empty list or none, or its end. */
  readonly answer: "error" | "nothing" | "trap";
}

/** What `new WasiDenied` is told. */
export interface DeniedOptions {
  /** Told of each call that was answered with no. What it throws is a trap, and so is a promise, for which nothing waits. */
  readonly onDenial?: (denial: Denial) => void;
}

/** Of the error types of WASI 0.2: sockets, filesystem, http, and streams, which end. */
const refusals = ["access-denied", "access", "HTTP-request-denied", "closed"];

/**
 * ```ts
 * const asked: string[] = [];
 * const onDenial = ({ interface: name, func }: Denial) => void asked.push(`${name}#${func}`);
 * const builder = runtime.instance(await runtime.load(denied)).linkSystem(new WasiDenied({ onDenial }));
 * const instance = await builder.instantiate();
 * const failure = await instance.call("resolve").catch((error: unknown) => error);
 * failure instanceof ComponentError && failure.payload; // → "access-denied"
 * asked; // → ["wasi:sockets/ip-name-lookup@0.2.0#resolve-addresses"]
 * ```
 *
 * All interfaces of WASI 0.2 that were not given: what WASI 0.2 does not have stays a LinkError. A function answers
 * - with the case `access-denied` of its error type, or what that type has for it;
 * - with nothing, if it takes no arguments and returns a list or an option: no directories (but see WasiDeniedDir), no terminal;
 * - with a handle, if it takes no arguments and returns a resource that is denied too: its methods say no;
 * - else with TrapError `access-denied`, which names it.
 */
export class WasiDenied implements SystemComponent {
  readonly name = "WasiDenied";
  readonly #onDenial: (denial: Denial) => void;

  /** @throws TypeError (`invalid-argument`) for an option that there is not */
  constructor(options: DeniedOptions = {}) {
    const given = requireOptions(options, "WasiDenied", ["onDenial"]);
    const { onDenial = () => undefined } = given;
    requireFunction(onDenial, "'onDenial'");
    this.#onDenial = (denial) => requireAtOnce(onDenial(denial), "'onDenial'", "for which nothing waits");
  }

  install(linker: Linker): void {
    const denied = new WeakSet<Resource>();
    linker.fallback((missing) => this.#answer(missing, denied));
  }

  #answer({ path, type }: MissingImport, denied: WeakSet<Resource>): HostFunction | HostResource | undefined {
    const [name = "", func = ""] = path;
    if (!isWasi02(name) || !isOfWasi02(name, func)) return undefined;
    if (type.kind === "resource") {
      denied.add(type.resource);
      return new LinkerClass().resource(func);
    }
    if (returnsDenied(type, denied)) return () => ({});
    const { answer, give } = refusalOf(type, `${name}#${func}`);
    return () => {
      this.#onDenial({ interface: name, func, answer });
      return give();
    };
  }
}

const returnsDenied = ({ params, result }: FuncType, denied: WeakSet<Resource>): boolean =>
  params.length === 0 && result?.kind === "own" && denied.has(result.resource.resource);

interface Refusal {
  readonly answer: Denial["answer"];
  readonly give: () => unknown;
}

function refusalOf({ params, result }: FuncType, place: string): Refusal {
  const payload = result?.kind === "result" ? refusalIn(result.error) : undefined;
  if (payload !== undefined) return { answer: "error", give: () => raise(new ComponentError(payload)) };
  if (params.length === 0 && result?.kind === "list") return { answer: "nothing", give: () => [] };
  if (params.length === 0 && result?.kind === "option") return { answer: "nothing", give: () => undefined };
  return { answer: "trap", give: () => raise(accessDenied(`the instance was not given '${place}'`)) };
}

function raise(error: Error): never {
  throw error;
}

/** The value of an error type that comes closest to a denial. */
function refusalIn(type: ValueType | undefined): unknown {
  if (type?.kind === "enum") return refusals.find((label) => type.labels.includes(label));
  if (type?.kind !== "variant") return undefined;
  const tag = refusals.find((label) => type.cases.some((each) => each.label === label && each.type === undefined));
  return tag === undefined ? undefined : { tag };
}
