/**
 * The errors of the public interface. Each has a stable `code`, so that callers need no `instanceof` across realms.
 */
import { excerptOf } from "./excerpt.ts";

abstract class IsorunError extends Error {
  abstract readonly code: string;
  readonly #isOwn = true;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }

  static isOwn(value: object): boolean {
    return #isOwn in value && value.#isOwn;
  }
}

/**
 * Whether what was thrown is one of these errors, and no proxy of one. It never throws: anything may have been thrown, also
 * what refuses to say what it is.
 */
export function isErrorOf<T extends IsorunError>(
  kind: abstract new (...given: never[]) => T,
  thrown: unknown,
): thrown is T {
  if (typeof thrown !== "object" || thrown === null || !IsorunError.isOwn(thrown)) return false;
  try {
    return thrown instanceof kind;
  } catch {
    // Whoever gave it another prototype did not make it one of these.
    return false;
  }
}

/**
 * The bytes are no component: the binary format is broken. So is a core module, which is none.
 *
 * ```ts
 * const failure = await runtime.load(new Uint8Array([0, 97, 115, 109])).catch((error: unknown) => error);
 * failure instanceof DecodeError && failure.code; // → "decode"
 * failure instanceof DecodeError && failure.offset; // → 4
 * ```
 */
export class DecodeError extends IsorunError {
  readonly code = "decode";
  /** Bytes from the start of the file. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} (at offset 0x${offset.toString(16)})`);
    this.offset = offset;
  }
}

/**
 * The bytes can be read, but break a rule of validation.
 *
 * ```ts
 * // One that exports a function which it does not have.
 * const bytes = new Uint8Array([...greet.subarray(0, 8), 11, 7, 1, 0, 1, 97, 1, 0, 0]);
 * const failure = await runtime.load(bytes).catch((error: unknown) => error);
 * failure instanceof ValidationError && failure.code; // → "validation"
 * failure instanceof ValidationError && failure.offset > 8; // → true
 * ```
 */
export class ValidationError extends IsorunError {
  readonly code = "validation";
  /** Bytes from the start of the file. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} (at offset 0x${offset.toString(16)})`);
    this.offset = offset;
  }
}

/**
 * The component is valid, and asks for something that is not built, or that this engine cannot do. `feature` names it.
 *
 * ```ts
 * // What it imports is exported again as it is: there is nothing of its own to call.
 * const builder = runtime.instance(await runtime.load(passing)).unknownImportsTrap();
 * const instance = await builder.instantiate();
 * const failure = await instance.call("fetch", [1]).catch((error: unknown) => error);
 * failure instanceof UnsupportedError && failure.code; // → "unsupported"
 * ```
 */
export class UnsupportedError extends IsorunError {
  readonly code = "unsupported";
  /** In words for people. */
  readonly feature: string;

  constructor(feature: string, message = `${feature} is not supported`) {
    super(message);
    this.feature = feature;
  }
}

/**
 * The runtime was closed: nothing can be loaded or instantiated by it any more.
 *
 * ```ts
 * const runtime = new Runtime();
 * const component = await runtime.load(greet);
 * await runtime.close();
 * const end = await runtime.instance(component).instantiate().catch((error: unknown) => error);
 * end instanceof ClosedError && end.code; // → "closed"
 * ```
 */
export class ClosedError extends IsorunError {
  readonly code = "closed";

  constructor() {
    super("the runtime is closed");
  }
}

/** A call of core code that a trap came out of. */
export interface TrapFrame {
  /** Its name, then those of components in it; without a name by its hash, or by its place in the one around it. */
  readonly component: string;
  /** As chains of calls name it. */
  readonly instance: string;
  /** By the name section of its core module, else what it is exported as, else `function` and its index. */
  readonly func: string;
}

/**
 * The guest did what the specification says must end it. Its instance cannot be entered again.
 *
 * ```ts
 * const failing = async (_x: number) => {
 *   throw new Error("no answer");
 * };
 * const builder = runtime.instance(await runtime.load(twice)).linkHost((linker) => linker.func("fetch", failing));
 * const instance = await builder.instantiate();
 * const trap = await instance.call("run", [1]).catch((error: unknown) => error);
 * trap instanceof TrapError && trap.message; // → "a function of the host failed: no answer"
 * trap instanceof TrapError && trap.frames.map(({ func }) => func); // → ["run"]
 * ```
 */
export class TrapError extends IsorunError {
  /**
   * `trap` where the guest, a host function or the engine failed; else `cannot-enter` (the instance has ended, or is
   * entered again by its own chain of calls), `cannot-block` (it would have to wait where nothing can), `access-denied` (it
   * used what it was not given, or what its policy denies), `cancelled`, `deadline` or `terminated`.
   */
  readonly code: string;
  #frames: readonly TrapFrame[];

  constructor(message: string, { code = "trap", frames = [], cause }: TrapOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.#frames = frames;
  }

  /**
   * The calls that it came out of, the innermost first, without our own code: as many as the engine kept in its trace,
   * which are some ten unless `Error.stackTraceLimit` says otherwise. None where no core code ran.
   */
  get frames(): readonly TrapFrame[] {
    return this.#frames;
  }

  /** What JSON can say of it; a cause may be anything. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { name, code, message, frames } = this;
    return { name, code, message, frames };
  }

  /** Those of the call around the ones that are known. */
  static addFrames(trap: TrapError, frames: readonly TrapFrame[]): void {
    if (frames.length > 0) trap.#frames = [...trap.#frames, ...frames];
  }
}

/** What `new TrapError` is told beside its message. */
export interface TrapOptions {
  readonly code?: string;
  readonly frames?: readonly TrapFrame[];
  readonly cause?: unknown;
}

/**
 * A function returned the `err` side of its result: `payload` is what it had. The instance goes on. A function of the host
 * throws it to answer with that side.
 *
 * ```ts
 * const instance = await runtime.instance(await runtime.load(halving)).instantiate();
 * await instance.call("half", [8]); // → 4
 * const odd = await instance.call("half", [7]).catch((error: unknown) => error);
 * odd instanceof ComponentError && odd.payload; // → 3
 * instance.state; // → "ready"
 * ```
 */
export class ComponentError extends IsorunError {
  readonly code = "component";
  readonly payload: unknown;

  constructor(payload: unknown) {
    super(
      payload === undefined ? "the function returned an error" : `the function returned an error: ${describe(payload)}`,
    );
    this.payload = payload;
  }
}

function describe(payload: unknown): string {
  try {
    return excerptOf(payload);
  } catch {
    // What a host puts in may be anything, also what throws where it is read.
    return "a value";
  }
}

/**
 * The guest asked for its end (`wasi:cli/exit`): neither a result nor a trap. Its instance is terminated, and a guest
 * cannot catch it.
 *
 * ```ts
 * const builder = runtime.instance(await runtime.load(environment)).linkSystem(new WasiEnvironment());
 * const instance = await builder.instantiate();
 * const exit = await instance.call("exit-with-code", [3]).catch((error: unknown) => error);
 * exit instanceof ExitError && exit.status; // → 3
 * instance.state; // → "terminated"
 * ```
 */
export class ExitError extends IsorunError {
  readonly code = "exit";
  /** As a process would end: 0 is success. */
  readonly status: number;

  constructor(status: number) {
    super(`the instance ended itself with status ${status}`);
    this.status = status;
  }
}

/**
 * A budget is spent: the instance has ended. `used` is what would have been used, if it was refused.
 *
 * ```ts
 * const instance = await runtime.instance(await runtime.load(greet)).budget({ maxMessageBytes: 100 }).instantiate();
 * const end = await instance.call("greet", ["you".repeat(100)]).catch((error: unknown) => error);
 * end instanceof BudgetExhausted && [end.field, end.limit, end.used]; // → ["maxMessageBytes", 100, 300]
 * instance.state; // → "exhausted"
 * ```
 */
export class BudgetExhausted extends IsorunError {
  readonly code = "budget-exhausted";
  /** Of the budget. */
  readonly field: string;
  /** In the unit of the field; infinite where the engine's own limit was met. */
  readonly limit: number | bigint;
  readonly used: number | bigint;

  constructor({ field, limit, used }: { field: string; limit: number | bigint; used: number | bigint }) {
    super(limit === Infinity ? stackWords : spentWords({ field, limit, used }));
    this.field = field;
    this.limit = limit;
    this.used = used;
  }

  /** What JSON can say of it: bigints as decimal texts, and no number where there was no limit. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { name, code, message, field } = this;
    const [limit, used] = [this.limit, this.used].map((value) => (typeof value === "bigint" ? String(value) : value));
    return { name, code, message, field, limit, used };
  }
}

/** No budget had to do with it. */
const stackWords = "the engine's stack is exhausted: calls stand too deep in each other";

interface Spent {
  readonly field: string;
  readonly limit: number | bigint;
  readonly used: number | bigint;
}

function spentWords({ field, limit, used }: Spent): string {
  const rest = used < limit ? " used, and the next step does not fit" : "";
  return `the budget's '${field}' is exhausted: ${shortened(used)} of ${limit}${rest}`;
}

/** Clocks have more digits than anybody reads: rounded up, so that what is over a limit does not look as if it were not. */
const shortened = (used: number | bigint): number | bigint =>
  typeof used === "bigint" || Number.isInteger(used) ? used : Math.ceil(used * 1000) / 1000;

/**
 * Calls wait for each other. The one of the youngest chain ends with this, and the instances that it is in end with it; but
 * where the circle goes through a call that perhaps nobody waits for, since the host function that made it has answered, or
 * its maker has ended, that call does.
 * Whoever waited for one of those is refused (TrapError `cannot-enter`): if that was a host function and it takes it, its
 * call goes on, as do all others, else its instances end too. Host functions pass their context on, or nobody knows whose
 * call waits.
 *
 * ```ts
 * const both: InstanceHandle[] = [];
 * const make = async (other: number) =>
 *   runtime
 *     .instance(await runtime.load(twice))
 *     .linkHost((linker) =>
 *       linker.func("fetch", async (x: number, context: CallContext) => {
 *         await Promise.resolve();
 *         return both[other]?.call("run", [x], { context });
 *       }),
 *     )
 *     .instantiate();
 * both.push(await make(1), await make(0));
 * const ends = await Promise.all(both.map((instance) => instance.call("run", [1]).catch((error: unknown) => error)));
 * const deadlock = ends.find((end) => end instanceof DeadlockError);
 * deadlock?.cycle.length; // → 3
 * ends.map((end) => Reflect.get(Object(end), "code")); // → ["cannot-enter", "deadlock"]
 * both.map(({ state }) => state); // → ["trapped", "trapped"]
 * ```
 */
export class DeadlockError extends IsorunError {
  readonly code = "deadlock";
  /**
   * Names of instances, the first one again at the end: whoever is in one of them waits for the next, itself or by a call
   * that its host function made.
   */
  readonly cycle: readonly string[];

  constructor(cycle: readonly string[]) {
    super(`calls wait for each other: ${cycle.join(" → ")}`);
    this.cycle = cycle;
  }
}

/** One import, or one function of it, that cannot be linked. */
export interface LinkProblem {
  /**
   * `missing`: nothing was given for it. `mismatch`: what was given is of another type. `not-imported`: something was
   * linked by a name that no import has. `refused`: what is linked cannot be given here.
   */
  readonly kind: "missing" | "mismatch" | "not-imported" | "refused";
  /** The import as the component names it: an interface, or a bare name. */
  readonly import: string;
  /** Of the interface. */
  readonly func?: string;
  /** The system component that serves such imports, if one is shipped. */
  readonly provider?: string;
  /** The type that the component asks for, as WIT; of a core module, as WebAssembly's text format. */
  readonly wanted?: string;
  /** The type of what was given, in the same way, where it is known. */
  readonly given?: string;
  readonly message: string;
}

/** How many problems a message lists: a component can ask for more than anybody reads. */
const listedMax = 500;

/**
 * What an instance needs and was not given, or what does not fit, all at once. No code of the guest has run. The message
 * has a line for each problem, of the first 500.
 *
 * ```ts
 * const failure = await runtime.instance(await runtime.load(printing)).instantiate().catch((error: unknown) => error);
 * failure instanceof LinkError && new Set(failure.problems.map(({ provider }) => provider)); // → new Set(["WasiStdio"])
 * ```
 */
export class LinkError extends IsorunError {
  readonly code = "link";
  readonly problems: readonly LinkProblem[];

  constructor(problems: readonly LinkProblem[]) {
    const listed = problems.slice(0, listedMax).map(({ message }) => message);
    const more = problems.length - listed.length;
    super([...listed, ...(more === 0 ? [] : [`… and ${more} more`])].join("\n"));
    this.problems = problems;
  }
}
