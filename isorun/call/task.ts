/**
 * A task is a call of the host into an instance, until it ends. It runs on one stack, which may be suspended at one
 * place, and goes through as many instances as call each other without the host. A root is a component instance that no
 * other one is around, with those in it: what is entered, waits, ends and is paid for as one.
 */
import type { FuelCounter } from "../adapter/fuel-check.ts";
import { dutyAddress, stateOffsets } from "../adapter/state-memory.ts";
import { BudgetExhausted, type TrapError } from "../errors/errors.ts";
import type { HandleAccount } from "./handle-table.ts";
import { type HostCall, hostCallOf } from "./host-call.ts";
import { handOn, type Inherited, type Made, originOf, type Passed, traceparentOf } from "./lineage.ts";
import { handlesMaxOf, type Interrupt, messageBytesMaxOf, type RootLimits } from "./root-limits.ts";
import type { Suspension } from "./suspension.ts";
import type { TimeAccount } from "./time-account.ts";
import type { FrameNames } from "./trap-frames.ts";

export interface TaskOptions {
  readonly id: number;
  readonly canSuspend: boolean;
}

let lastSequence = 0;
const nextSequence = (): number => (lastSequence += 1);
const dutyIndex = dutyAddress / 4;

export class Task implements Made<Task> {
  readonly root: Root;
  /** Unique among those that have not ended. */
  readonly id: number;
  readonly canSuspend: boolean;
  parent: Task | undefined;
  children: Set<Task> | undefined;
  inherited: Inherited | undefined;
  madeIn: HostCall | undefined;
  hostCall: HostCall | undefined;
  passed: Passed | undefined;
  /** Whether it ends a call through a link that had returned to its parent, whose limits are none of its own. */
  isCleanUp = false;
  /** What ran before it on this stack of JavaScript. */
  before: Task | undefined;
  /** Why generated code traps, until the trap has come out. */
  reason: { readonly reason: unknown } | undefined;
  /** Why it has to end as soon as somebody looks. */
  interrupt: { readonly reason: unknown } | undefined;
  /** Why it was ended from outside, with the calls that it made. */
  stopped: { readonly reason: unknown } | undefined;
  /** By `performance.now()`. */
  deadlineMs = Infinity;
  /** When clocks have to be read next, by `performance.now()`. */
  lookMs = 0;
  suspension: Suspension | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** In whose queue it stands. */
  waitsFor: Root | undefined;
  /** Instances that count, entered by links, the innermost last: theirs is the time. */
  linked: Root[] | undefined;
  /** Whose turn it was given: nobody else may enter in between. */
  granted: Root | undefined;
  /** What is its alone, from when it has entered until it leaves (fuel of one call): answers with what takes that back. */
  narrow: (() => () => void) | undefined;
  widen: (() => void) | undefined;
  #context: TaskContext | undefined;
  #sequence = 0;

  constructor(root: Root, { id, canSuspend }: TaskOptions) {
    this.root = root;
    this.id = id;
    this.canSuspend = canSuspend;
    if (canSuspend) this.#sequence = nextSequence();
  }

  /** Whether there is something that must not stay for the next call. */
  get isUsed(): boolean {
    const isKnown = this.#sequence !== 0 || this.#context !== undefined;
    return isKnown || this.children !== undefined || this.stopped !== undefined;
  }

  /** Made when somebody wants it: most calls have none. */
  get context(): TaskContext {
    this.root.words[dutyIndex] = 1;
    this.#context ??= new TaskContext(this);
    return this.#context;
  }

  /** Younger calls have greater numbers, whoever is asked first. One that cannot wait has none before somebody asks. */
  get sequence(): number {
    if (this.#sequence === 0) {
      this.root.words[dutyIndex] = 1;
      this.#sequence = nextSequence();
    }
    return this.#sequence;
  }

  /** For whom its thread works. */
  get clock(): TimeAccount | undefined {
    return (this.linked?.at(-1) ?? this.root).time;
  }

  /** Quick calls look for calls that they made, and host functions for what they leave, only where they have to. */
  adopt(child: Task): void {
    this.children ??= new Set();
    this.children.add(child);
    child.madeIn ??= hostCallOf(this);
    if (!this.canSuspend || this.hostCall !== undefined) this.root.words[dutyIndex] = 1;
  }

  /** Ends the task if it can be ended here; otherwise whoever looks next does. */
  stop(reason: unknown): void {
    this.#context?.abort(reason);
    this.stopped ??= { reason };
    this.root.words[dutyIndex] = 1;
    // One that has its answer, and whose stack has not gone on yet, ends when it does.
    if (this.suspension?.complete({ error: reason }) !== true) this.interrupt ??= { reason };
  }

  /** Ready for the next call, where tasks are used again: calls that it made and that go on are none of that one's. */
  end(): void {
    this.#context?.end();
    this.#context = undefined;
    if (this.children !== undefined) handOn<Task>(this);
    if (!this.canSuspend) this.#sequence = 0;
    this.hostCall = undefined;
    this.interrupt = undefined;
    this.stopped = undefined;
  }
}

/** Which roots a task is in, as they were entered: links lead to older ones only, so that who is linked to comes behind. */
export function heldRoots(task: Task): readonly Root[] {
  const held = new Set<Root>();
  const visit = (root: Root): void => {
    if (held.has(root) || root.mayEnter || root.holder !== task.id) return;
    for (const linked of root.links) visit(linked);
    held.add(root);
  };
  visit(task.root);
  return [...held].reverse();
}

/** Host functions pass it on with the calls that they make; otherwise their calls belong to a chain of their own. */
export interface CallContext {
  /** Aborted when the call is ended from outside, and not when it ends by itself. */
  readonly signal: AbortSignal;
  /** The name of the chain, then the instances that it is in now, the outermost first: without those of calls that ended. */
  readonly chain: readonly string[];
  /** W3C Trace Context. */
  readonly traceparent?: string;
}

export class TaskContext implements CallContext {
  #task: Task | undefined;
  #chain: readonly string[] | undefined;
  readonly traceparent?: string;
  /** Made when it is looked at: most never are. */
  #controller: AbortController | undefined;
  #ended: { readonly reason: unknown } | undefined;

  constructor(task: Task) {
    this.#task = task;
    const traceparent = traceparentOf(task);
    if (traceparent !== undefined) this.traceparent = traceparent;
    this.#ended = task.interrupt;
  }

  /** Whether a host function was given it. */
  static isOne(value: unknown): value is TaskContext {
    return typeof value === "object" && value !== null && #task in value;
  }

  /** The task, as long as it has not ended, of a context that this runtime made. */
  static taskOf(context: CallContext | undefined): Task | undefined {
    return TaskContext.isOne(context) ? context.#task : undefined;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#ended !== undefined) this.#controller.abort(this.#ended.reason);
    }
    return this.#controller.signal;
  }

  get chain(): readonly string[] {
    if (this.#task !== undefined) this.#chain = chainOf(this.#task);
    return this.#chain ?? [];
  }

  abort(reason: unknown): void {
    this.#ended ??= { reason };
    this.#controller?.abort(reason);
  }

  end(): void {
    this.#task = undefined;
  }
}

export function chainOf(task: Task): readonly string[] {
  const { passed, sequence } = originOf(task);
  const held: (readonly Root[])[] = [];
  for (let each: Task | undefined = task; each !== undefined; each = each.parent) held.push(heldRoots(each));
  const entered = held.reverse().flat();
  return [...(passed?.chain ?? [`call-${sequence}`]), ...entered.map(({ chainName }) => chainName)];
}

/** Whether an instance can be called (`ready`), or how it has ended. */
export type InstanceState = "ready" | "trapped" | "exhausted" | "terminated";

export interface NumberedTasks {
  /** Whose core code runs. */
  readonly running: Task | undefined;
  readonly numbered: (id: number) => Task | undefined;
}

export interface RootOptions {
  /** Of the memory of states. */
  readonly words: Int32Array;
  /** Of its state, in bytes. */
  readonly place: number;
  /** As frames of traps name it. */
  readonly name: string;
  /** As cycles and chains name it, which know several runtimes. */
  readonly chainName: string;
  /** Of its runtime. */
  readonly tasks: NumberedTasks;
  readonly limits: RootLimits;
}

const nothing = (): void => undefined;

export class Root {
  readonly words: Int32Array;
  readonly place: number;
  readonly name: string;
  readonly chainName: string;
  readonly tasks: NumberedTasks;
  readonly time: TimeAccount | undefined;
  /** Of values that pass between it and the host. */
  readonly messageBytesMax: number;
  /** The same between it and other instances, where what is passed lies in memories that have limits of their own. */
  readonly linkedBytesMax: number;
  readonly memoryBytesMax: number;
  readonly handles: HandleAccount;
  /** Of synchronous calls of the host, of which there is one at a time. */
  readonly task: Task;
  /** Roots that it calls without the host. */
  readonly links = new Set<Root>();
  /** Calls that wait for their turn, the oldest first. */
  readonly queue = new Set<Task>();
  /** Memories that its core modules show. */
  readonly memories = new Set<WebAssembly.Memory>();
  /** If it is counted. */
  fuel: FuelCounter | undefined;
  /** Who is asked while a guest computes for it, its own or another one. */
  interrupt: Interrupt | undefined;
  /** When that was last, by `performance.now()`: only for those who come more often than anybody has to be asked. */
  askedMs = -Infinity;
  /** What a call was ended with that it has interrupted. */
  interruption: TrapError | undefined;
  /** What its budget does when a link enters it. */
  onEnter: (() => void) | undefined;
  /** For traps. */
  frames: FrameNames | undefined;
  /** Functions that rewriting put between a module's imports and its own. */
  indexShift = 0;
  #state: InstanceState = "ready";
  /** Whether it was its own budget that ended it. */
  hasRunOut = false;
  /** Component instances, those without code as shares of one. */
  instances = 0;
  /** Among the words. */
  readonly holderIndex: number;
  readonly enterIndex: number;
  readonly endedIndex: number;
  readonly callsIndex: number;
  readonly #instancesMax: number;
  #whenEnded: () => void = nothing;
  #whenGone: (() => void)[] | undefined = [];

  constructor({ words, place, name, chainName, tasks, limits }: RootOptions) {
    this.words = words;
    this.place = place;
    this.enterIndex = (place + stateOffsets.mayEnter) / 4;
    this.endedIndex = (place + stateOffsets.hasEnded) / 4;
    this.callsIndex = (place + stateOffsets.calls) / 4;
    this.holderIndex = (place + stateOffsets.holder) / 4;
    this.name = name;
    this.chainName = chainName;
    this.tasks = tasks;
    this.time = limits.time;
    this.memoryBytesMax = limits.memoryBytes ?? Infinity;
    this.linkedBytesMax = limits.messageBytes ?? Infinity;
    this.messageBytesMax = messageBytesMaxOf(limits);
    this.#instancesMax = limits.instances ?? Infinity;
    const max = handlesMaxOf(limits);
    const spent = { field: "maxHandles", limit: max, used: max + 1 };
    this.handles = { used: 0, max, exhausted: () => this.exhausted(spent) };
    this.task = new Task(this, { id: place, canSuspend: false });
  }

  /** What the full stack of a quick call left to words (signature.ts) is done by whoever looks first. */
  get state(): InstanceState {
    if (this.#state === "ready" && this.words[this.endedIndex] !== 0) {
      this.task.end();
      this.end("exhausted");
    }
    return this.#state;
  }

  get mayEnter(): boolean {
    return this.words[this.enterIndex] !== 0;
  }

  set mayEnter(value: boolean) {
    this.words[this.enterIndex] = value ? 1 : 0;
  }

  /** Calls of the host so far. */
  get calls(): number {
    return this.#wordAt(this.callsIndex) + this.#wordAt(this.callsIndex + 1) * 2 ** 32;
  }

  set calls(count: number) {
    this.words[this.callsIndex] = count;
    this.words[this.callsIndex + 1] = count / 2 ** 32;
  }

  #wordAt(index: number): number {
    return (this.words[index] ?? 0) >>> 0;
  }

  /** Which task is in it, if it may not be entered. */
  get holder(): number {
    return this.words[this.holderIndex] ?? 0;
  }

  set holder(id: number) {
    this.words[this.holderIndex] = id;
  }

  /** The task of that number, as long as it has not ended. */
  get heldBy(): Task | undefined {
    return this.tasks.numbered(this.holder);
  }

  /** @param share of one that counts @throws BudgetExhausted */
  addInstance(share: number): void {
    this.instances += share;
    const used = Math.floor(this.instances);
    if (used > this.#instancesMax) throw this.exhausted({ field: "maxInstances", limit: this.#instancesMax, used });
  }

  /** What ends it; it is told of as `exhausted` from then on. */
  exhausted(spent: ConstructorParameters<typeof BudgetExhausted>[0]): BudgetExhausted {
    this.hasRunOut = true;
    return new BudgetExhausted(spent);
  }

  /** Called once, with the first end. */
  set onEnd(whenEnded: () => void) {
    this.#whenEnded = whenEnded;
  }

  /** Whatever it was before. */
  terminate(): void {
    this.end("terminated");
    this.#state = "terminated";
  }

  end(state: Exclude<InstanceState, "ready">): void {
    if (this.#state !== "ready") return;
    this.#state = state;
    this.words[this.endedIndex] = 1;
    const whenEnded = this.#whenEnded;
    this.#whenEnded = nothing;
    whenEnded();
    if (this.mayEnter) this.leaveAll();
  }

  /** Called once, when it has ended and no stack has frames of it any more. Nobody enters it then. */
  onceGone(whenGone: () => void): void {
    this.#whenGone?.push(whenGone);
  }

  /** No stack has frames of it: if it has ended, it is gone, and whatever is worth keeping it for. */
  leaveAll(): void {
    const whenGone = this.#whenGone;
    if (this.state === "ready" || whenGone === undefined) return;
    this.#whenGone = undefined;
    for (const each of whenGone) each();
    this.memories.clear();
    this.links.clear();
    this.onEnter = undefined;
    this.interrupt = undefined;
    this.fuel = undefined;
    this.frames = undefined;
  }
}
