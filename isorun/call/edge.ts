/**
 * Entering and leaving at the host's edge. A quick call keeps its books in the words that generated code shares with the
 * host, and nowhere else: that is every call from outside all instances, into one that stands alone and has no budget
 * that is counted at its entry. All others, also those that are refused, come to `enter` and `leave`.
 */
import { argumentError } from "../../core/argument-error.ts";
import { stateOffsets } from "../adapter/state-memory.ts";
import type { StringEncoding } from "../decode/ast.ts";
import { BudgetExhausted, isErrorOf } from "../errors/errors.ts";
import type { ValueType } from "../types/component-types.ts";
import { type Answer, awaitable } from "./awaitable.ts";
import type { BoundaryWords } from "./boundary-words.ts";
import { type Bound, dropUnlowered, type Unlowered } from "./drop-late.ts";
import type { Handle, HandleTable, HostValues } from "./handle-table.ts";
import { endLoan, type Lender } from "./lender.ts";
import type { MemoryAccess } from "./memory-access.ts";
import { ResourceValue } from "./resource-value.ts";
import type { Scheduler } from "./scheduler.ts";
import { requireRoom, requireRoomForGuest, requireRoomToEnd } from "./stack-room.ts";
import type { Root, Task } from "./task.ts";
import { dutyIndex, runningIndex } from "./task-numbers.ts";
import { TimeAccount } from "./time-account.ts";
import { askSeldom, interruptedTask } from "./time-left.ts";

/** Of the component instance (instantiate/component-instance.ts) what calls need. */
export interface Enterable {
  readonly handles: HandleTable;
  readonly root: Root;
  readonly states: { readonly scheduler: Scheduler };
  /** Whether no other instance is around it, and it has no context storage. */
  readonly isAlone: boolean;
  /** With context storage. */
  readonly hasContext: boolean;
  /** Of its state, in bytes. */
  readonly place: number;
  mayLeave: boolean;
  /** Around what runs with context storage of its own. */
  beginThread(): void;
  endThread(): void;
  enter(caller: unknown): void;
  leave(caller: unknown): void;
}

export interface EdgeOptions {
  readonly memory: MemoryAccess | undefined;
  readonly realloc: ((old: number, oldSize: number, align: number, size: number) => number) | undefined;
  readonly encoding: StringEncoding;
  /** What `memory` can ever hold. */
  readonly memoryBytesMax: number;
  /** The instance whose function this is. */
  readonly instance: Enterable;
  readonly words: BoundaryWords;
  readonly host?: HostSide;
  /** As messages name the function: how it is called, or what it was given for. */
  readonly name?: string | undefined;
}

/** What a handle of the host does around each call. */
export interface HostSide {
  /** A call begins. */
  begin(): void;
  /** Whether that has to do with calls from outside, which have no deadline. */
  readonly countsCalls: boolean;
  /** The `ok` side. @throws ComponentError with the other one */
  unwrap(result: unknown): unknown;
}

/** A handle that an argument became. */
interface Taken {
  /** Which the handle is taken from, if it is not one of the host's own objects. */
  readonly value: unknown;
  readonly index: number;
  readonly handle: Handle;
}

interface Loan {
  /** Where the value is, if it is one of the host's own objects. */
  readonly values: HostValues | undefined;
  readonly representation: number;
  /** What it is lent of, if it is not. */
  readonly lender: Lender | undefined;
}

export class Edge {
  readonly host: HostSide | undefined;
  readonly root: Root;
  readonly words: Int32Array;
  /** Whether calls from outside are quick. */
  readonly isQuick: boolean;
  /** Of the word that says whether the instance may be left. */
  protected readonly leaveIndex: number;
  readonly #instance: Enterable;
  readonly #scheduler: Scheduler;
  readonly #name: string | undefined;
  /** What the arguments put into the table of handles, until the call has come to the guest. */
  protected taken: Taken[] = [];
  /** Of the answer of a host function that is given up: what was not lowered of it. */
  #unlowered: Unlowered[] | undefined;
  /** By which a look at the clocks ended the call. */
  #seenEnd: { readonly reason: unknown } | undefined;
  /** What is lent to the call that runs. */
  protected loans: Loan[] = [];
  /** What has ended a call within a gate, told already as it has to be. */
  #told: { readonly error: unknown } | undefined;

  constructor({ instance, host, name }: EdgeOptions) {
    this.#name = name;
    this.#instance = instance;
    this.#scheduler = instance.states.scheduler;
    this.root = instance.root;
    this.words = this.root.words;
    this.leaveIndex = (instance.place + stateOffsets.mayLeave) / 4;
    this.host = host;
    this.isQuick = instance.isAlone && this.root.time === undefined && host?.countsCalls === false;
  }

  get #canEnter(): boolean {
    return this.root.mayEnter && this.root.state === "ready";
  }

  /** Begins a synchronous call of the host into the instance. @throws TrapError, TypeError, BudgetExhausted, RangeError */
  enter(given: number, wanted: number): Task {
    if (!this.#canEnter) throw this.#scheduler.refusal(this.root, undefined);
    if (given !== wanted) throw this.#wrongCount(given, wanted);
    this.#scheduler.requireTime(this.root);
    requireRoom();
    const task = this.#scheduler.beginSync(this.root);
    this.#begin();
    return task;
  }

  /** The same for one whose turn it is. @throws TypeError, BudgetExhausted, TrapError, RangeError */
  enterTask(task: Task, given: number, wanted: number): void {
    if (given !== wanted) throw this.#wrongCount(given, wanted);
    this.#scheduler.requireTime(this.root, task);
    if (!this.#canEnter) throw this.#scheduler.refusal(this.root, undefined);
    requireRoom();
    this.#scheduler.begin(task);
    this.#begin();
    task.widen = task.narrow?.();
  }

  #begin(): void {
    this.forgetTaken();
    this.#instance.enter(undefined);
    this.host?.begin();
  }

  /** For calls whose end must not fail. @throws RangeError */
  requireRoom(): void {
    requireRoom();
  }

  /** For calls of the host by a guest, that what is owned is not lost between them. @throws BudgetExhausted */
  requireRoomForGuest(): void {
    requireRoomForGuest();
  }

  /** The stack of a task was suspended or has ended: others run until `resume`. */
  pause(task: Task): void {
    this.#scheduler.pause(task);
  }

  resume(task: Task): void {
    this.#scheduler.resume(task);
  }

  leave(task: Task): void {
    this.#instance.leave(undefined);
    this.#scheduler.finish(task);
  }

  /**
   * The call did not come to the guest: it can be entered again, unless it was its allocator that failed.
   * @throws RangeError, and then nothing was done
   */
  abandon(task: Task, error: unknown): unknown {
    requireRoomToEnd();
    // What a getter throws may be of any class: only these two are known to come from here.
    const isInAllocator = this.words[this.leaveIndex] === 0;
    const isSpent = this.root.hasRunOut && isErrorOf(BudgetExhausted, error);
    if (isInAllocator || isSpent) return this.fail(task, error);
    for (const taken of this.taken.reverse()) this.#giveBack(taken);
    this.forgetTaken();
    this.endLoans();
    this.leave(task);
    return error;
  }

  /** What the arguments did, while they were read, has ended the instance: so says the call, which did not come to it. */
  endOf(task: Task): unknown {
    return task.interrupt?.reason ?? this.#scheduler.refusal(this.root, undefined);
  }

  /**
   * Before the guest's allocator runs, or a handle is made: reading values may have ended the call, or the host function, and
   * nobody would have what an ended instance is given. @throws what ended the call
   */
  protected readonly requireGoing = (): void => {
    if (this.words[dutyIndex] === 0) return;
    const { running } = this.#scheduler;
    if (running?.interrupt !== undefined) throw running.interrupt.reason;
  };

  /** What the end of the instance has dropped meanwhile is nobody's any more. */
  #giveBack({ value, index, handle }: Taken): void {
    if (!this.#instance.handles.takeBack(index, handle) || !handle.isOwn) return;
    const { resource, representation } = handle;
    if (resource.values === undefined) ResourceValue.giveBack(value, representation);
    else resource.values.take(representation);
  }

  /** For values of the host, which may take any time to be read, and may end the call: clocks only where time is limited. */
  protected get look(): () => void {
    this.#look();
    return this.#scheduler.running?.lookMs === Infinity ? this.requireGoing : this.#look;
  }

  /** @throws BudgetExhausted, TrapError */
  readonly #look = (): void => {
    this.requireGoing();
    const end = this.#scheduler.endOfRunning;
    if (end === undefined) return;
    this.#seenEnd = end;
    throw end.reason;
  };

  /** In long lists, every so often: also whoever may interrupt is asked, if that is some time ago. @throws as `#look` */
  lookNow(): void {
    const { running } = this.#scheduler;
    const interrupted = running && TimeAccount.isUsed ? interruptedTask(running, askSeldom) : undefined;
    if (interrupted !== undefined) this.#scheduler.stop(interrupted.task, interrupted.reason);
    this.#look();
  }

  /** The call is over: nobody has what it was lent. */
  protected endLoans(): void {
    for (const { values, lender, representation } of this.loans) {
      if (lender !== undefined) endLoan(lender);
      values?.take(representation);
    }
    if (this.loans.length > 0) this.loans = [];
  }

  /**
   * Whatever ends a call that has come to the guest is a trap (`call_and_trap_on_throw`).
   * @throws RangeError, and then nothing was done
   */
  fail(task: Task, error: unknown): Error {
    requireRoomToEnd();
    this.forgetTaken();
    this.endLoans();
    return this.#scheduler.unwind(task, error);
  }

  forgetTaken(): void {
    if (this.taken.length > 0) this.taken = [];
  }

  /** The end of a quick call, where the word of duty says that there is something to do. */
  settleDuty(): void {
    this.#scheduler.settleDuty(this.root.task);
  }

  /** The call answers with it by a promise. @throws UnsupportedError */
  awaitable(value: unknown, answer: Answer): unknown {
    return awaitable(value, answer, this.#name === undefined ? "a call" : `'${this.#name}'`);
  }

  // Each leaves what the lowering of a host's answer did not come to, and answers with what that failed with.

  leaveItems(error: unknown, type: ValueType, values: readonly unknown[]): unknown {
    this.#unlowered ??= [];
    this.#unlowered.push({ type, values });
    return error;
  }

  leaveParts(error: unknown, types: readonly ValueType[], values: readonly unknown[]): unknown {
    for (const [index, type] of types.entries()) this.leaveItems(error, type, [values[index]]);
    return error;
  }

  /** All of it: the guest has named no place for it. */
  leaveAnswer(error: unknown, type: ValueType, value: unknown): unknown {
    this.#seenEnd = { reason: error };
    return this.leaveItems(error, type, [value]);
  }

  /**
   * The host's answer was not lowered. What is refused stays the host's; where it is the call that has ended, or a budget or
   * the allocator that ends it, nobody takes what the answer owns behind what was lowered already.
   */
  giveUp(error: unknown, bound: Bound): unknown {
    const isSpent = this.root.hasRunOut && isErrorOf(BudgetExhausted, error);
    const isInAllocator = this.words[this.leaveIndex] === 0;
    const [end, unlowered = []] = [this.#seenEnd, this.#unlowered];
    this.#seenEnd = undefined;
    this.#unlowered = undefined;
    const isOver = this.#scheduler.running?.interrupt !== undefined || (end !== undefined && end.reason === error);
    if (isSpent || isInAllocator || isOver) dropUnlowered(unlowered, bound);
    return error;
  }

  /** The host's answer was read, where the word of duty says that there is something to do. */
  endIfStopped(): void {
    this.#scheduler.endIfStopped();
  }

  // Gates (gate.ts)

  /** Calls the core function where the gate finds that the call is not quick. */
  slowly<R>(call: () => R): R {
    const task = this.#enterGate();
    let result;
    try {
      result = call();
    } catch (error) {
      throw this.#tell(this.fail(task, error));
    }
    this.leave(task);
    return result;
  }

  #enterGate(): Task {
    try {
      return this.enter(0, 0);
    } catch (error) {
      throw this.#tell(error);
    }
  }

  /** The gate's frame is between the two: whoever catches it must not take it for a trap. */
  #tell(error: unknown): unknown {
    this.#told = { error };
    return error;
  }

  /** An argument was refused before the gate; an instance that cannot be entered says that first. */
  refuse(error: unknown): unknown {
    return this.#canEnter ? error : this.#scheduler.refusal(this.root, undefined);
  }

  refuseCount(given: number, wanted: number): unknown {
    return this.refuse(this.#wrongCount(given, wanted));
  }

  /** Something came out of a gate. @throws RangeError, and then nothing was done */
  failGate(error: unknown): unknown {
    requireRoomToEnd();
    const told = this.#told;
    this.#told = undefined;
    if (told !== undefined) return told.error;
    const { root, words } = this;
    const isInside = !root.mayEnter && words[runningIndex] === root.place;
    if (isInside) return this.fail(root.task, error);
    // A stack that is full ends in front of the gate's first instruction.
    if (!this.#canEnter) return this.#scheduler.refusal(root, undefined);
    return this.fail(this.enter(0, 0), error);
  }

  #wrongCount(given: number, wanted: number): TypeError {
    return argumentError(this.named(`expected ${wanted === 1 ? "1 argument" : `${wanted} arguments`}, found ${given}`));
  }

  /** With the name of the function before it. */
  protected named(message: string): string {
    return this.#name === undefined ? message : `'${this.#name}': ${message}`;
  }
}
