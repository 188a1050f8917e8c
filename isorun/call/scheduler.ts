/**
 * Which call runs, which are suspended, and whose turn it is. One for a runtime: all of its instances share one thread.
 *
 * A call whose host function answered with a promise is suspended as a whole, which only JSPI can do; others run
 * meanwhile. Generated code asks for it in three steps (adapter/guard.ts): an ordinary import finds out that it has to
 * wait, a suspending one waits, and a third one, which is told the number of the task, finds the answer. So whoever need
 * not wait pays nothing, and no suspending import is called on a stack that cannot be suspended.
 */
import { pendingAddress, pendingKinds } from "../adapter/state-memory.ts";
import { BudgetExhausted, DeadlockError, ExitError, TrapError } from "../errors/errors.ts";
import { endHostCall } from "./host-call.ts";
import { isWithin, originOf } from "./lineage.ts";
import { cannotEnter, failureOf } from "./refusals.ts";
import { endReturnedCalls } from "./returned-calls.ts";
import { canSuspend, suspendingImport } from "./suspending.ts";
import { Suspension } from "./suspension.ts";
import { type CallContext, chainOf, heldRoots, type Root, Task, TaskContext } from "./task.ts";
import { dutyIndex, runningIndex, TaskNumbers } from "./task-numbers.ts";
import { beginTime, endNow, endOf, lateOf, tooLate, wallLeftOf } from "./time-left.ts";
import { framesOf } from "./trap-frames.ts";
import { endOfCall, type Trap } from "./trap-of.ts";
import { callsOf, circlesBehind, circlesOf } from "./wait-graph.ts";

/** What a lowered function is answered with when it has to wait. */
export const waiting = Symbol("waiting");

/** What timers can count. */
const timerMsMax = 2 ** 31 - 1;

export class Scheduler {
  readonly words: Int32Array;
  readonly tasks: TaskNumbers;
  readonly #contended = new Set<Root>();
  /** They were given a turn before others, who wait for what they made before from then on. */
  readonly #overtaking = new WeakSet<Task>();
  /** Found out, and not waited for yet. */
  #taken: Suspension | undefined;
  /** Suspends the stack, and answers with the number of its task. */
  readonly wait = suspendingImport(() => this.#wait());

  constructor(words: Int32Array) {
    this.words = words;
    this.tasks = new TaskNumbers(words);
  }

  /** Whose core code runs. */
  get running(): Task | undefined {
    return this.tasks.running;
  }

  // Beginning and end

  /** A call that can wait; `context` says whose host function makes it. */
  makeTask(root: Root, context?: CallContext): Task {
    const task = new Task(root, { id: this.tasks.next(), canSuspend: canSuspend() });
    task.parent = TaskContext.taskOf(context) ?? this.tasks.inHost;
    if (context !== undefined && !TaskContext.isOne(context)) task.passed = context;
    this.tasks.add(task);
    if (task.parent !== undefined) {
      task.deadlineMs = task.parent.deadlineMs;
      task.parent.adopt(task);
    }
    return task;
  }

  /** The end of a task of `makeTask`. */
  forget(task: Task): void {
    this.tasks.remove(task);
    task.parent?.children?.delete(task);
    task.end();
    if (this.#contended.size > 0) this.#giveTurns();
  }

  /** A synchronous call begins. */
  beginSync(root: Root): Task {
    const { task } = root;
    task.parent = this.tasks.inHost;
    task.deadlineMs = task.parent?.deadlineMs ?? Infinity;
    this.begin(task);
    return task;
  }

  /** From here on it is in its root. */
  begin(task: Task): void {
    const { root } = task;
    root.calls += 1;
    root.holder = task.id;
    task.before = this.running;
    task.lookMs = 0;
    this.tasks.running = task;
    if (root.time !== undefined) beginTime(task);
  }

  /** Its core code does not run any more, or not for now: what ran before goes on. */
  pause(task: Task): void {
    const { before } = task;
    this.tasks.running = before;
    task.clock?.pause();
    before?.clock?.run();
  }

  /** Behind a suspension nothing ran before: the stack begins here. */
  resume(task: Task): void {
    task.before = undefined;
    this.tasks.running = task;
    task.clock?.run();
  }

  finish(task: Task): void {
    const { before, root } = task;
    if (before !== undefined || root.time !== undefined) this.pause(task);
    else this.words[runningIndex] = 0;
    if (root.time !== undefined) root.time.leave();
    if (task.isUsed) task.end();
    // Quick calls expect it as they would leave it.
    if (task === root.task) {
      task.parent = undefined;
      task.before = undefined;
      task.deadlineMs = Infinity;
    } else if (task.widen !== undefined) {
      // Before anybody else enters.
      task.widen();
      task.widen = undefined;
    }
    if (this.#contended.size > 0) this.#giveTurns();
    if (root.state !== "ready" && root.mayEnter) root.leaveAll();
  }

  /** A call goes through a link into an instance that counts, or from one. @returns whether it has to trap */
  enterLinked(root: Root): 0 | 1 {
    const task = this.running;
    if (task === undefined) return 0;
    const over = root.time?.overtime;
    if (over !== undefined) {
      this.leaveReason(root.exhausted(over));
      return 1;
    }
    if (root.time !== undefined) task.lookMs = 0;
    task.clock?.pause();
    task.linked ??= [];
    task.linked.push(root);
    // A post-return is the callee's again.
    root.holder = task.id;
    root.time?.enter();
    root.time?.run();
    root.onEnter?.();
    return 0;
  }

  leaveLinked(root: Root): void {
    const task = this.running;
    root.time?.pause();
    root.time?.leave();
    task?.linked?.pop();
    task?.clock?.run();
  }

  /** What a quick call leaves to be done, of which the word of duty tells: no other call runs now. */
  settleDuty(task: Task): void {
    if (task.isUsed) task.end();
    if (this.#contended.size > 0) this.#giveTurns();
    this.words[dutyIndex] = this.#contended.size > 0 ? 1 : 0;
    if (task.root.state !== "ready") task.root.leaveAll();
  }

  /** The last code of the host has run: so ends its call, if it was asked to meanwhile, or a reason to was left. */
  endIfStopped(): void {
    const { running } = this;
    if (running !== undefined) endHostCall(running);
    const end = running?.interrupt ?? running?.reason;
    if (end !== undefined) this.fail(end.reason);
  }

  /** Where a host function returns: clocks are read. */
  get endOfRunning(): { readonly reason: unknown } | undefined {
    const { running } = this;
    return running === undefined || running.lookMs === Infinity ? undefined : endNow(running);
  }

  /** Before a call of the host begins. @throws BudgetExhausted, TrapError */
  requireTime(root: Root, task = this.tasks.inHost): void {
    const late = tooLate(root, task?.deadlineMs ?? Infinity);
    if (late !== undefined) throw late;
  }

  // Traps

  /** Asks generated code that executes `unreachable` anyway: the reason comes out with the trap. */
  leaveReason(reason: unknown): void {
    const task = this.running;
    if (task !== undefined) task.reason ??= { reason };
  }

  /** Asks generated code to trap as soon as it looks. What fails in a call that was stopped comes second. */
  fail(reason: unknown): void {
    this.leaveReason((this.running?.interrupt ?? { reason }).reason);
    this.words[pendingAddress / 4] = pendingKinds.trap;
  }

  /** Ends a call, and those that it made: at once if it waits, else before its guest runs on from where the host is. */
  stop(task: Task, reason: unknown): void {
    this.#leaveQueue(task);
    task.stop(reason);
    for (const child of callsOf(task)) this.stop(child, reason);
  }

  /** A trap came out of the call: every instance that it is in ends. @returns what is told of it */
  unwind(task: Task, error: unknown): Trap {
    const trap = endOfCall(task, error);
    task.reason = undefined;
    this.words[pendingAddress / 4] = 0;
    endReturnedCalls(task);
    const held = heldRoots(task);
    if (trap instanceof TrapError) TrapError.addFrames(trap, framesOf(error, held));
    const isSomeones = held.some(({ hasRunOut }) => hasRunOut);
    for (const root of held) {
      if (trap instanceof ExitError) root.end("terminated");
      else if (!(trap instanceof BudgetExhausted)) root.end("trapped");
      else root.end(root.hasRunOut || (!isSomeones && root === task.root) ? "exhausted" : "trapped");
      if (root !== task.root) root.time?.leave();
    }
    task.clock?.pause();
    task.linked = undefined;
    this.finish(task);
    for (const root of held) root.leaveAll();
    return trap;
  }

  // Waiting

  /**
   * The task that runs waits for a host function; `giveUp` is what becomes of an answer that comes too late (`Suspension`).
   * @returns what its lowered function returns then @throws TrapError where the stack cannot be suspended
   */
  waitFor(promise: PromiseLike<unknown>, giveUp?: (value: unknown) => void): typeof waiting {
    const task = this.running;
    if (task?.canSuspend !== true) throw new TrapError("cannot block", { code: "cannot-block" });
    if (this.#contended.size > 0 && this.#overtaking.delete(task)) {
      for (const { victim, cycle } of circlesBehind(task)) this.stop(victim, new DeadlockError(cycle));
    }
    const suspension = new Suspension(task, giveUp);
    suspension.follow(promise);
    endHostCall(task, suspension);
    const end = endOf(task);
    if (end !== undefined) suspension.fail(end.reason);
    this.#park(task, suspension);
    this.#taken = suspension;
    this.words[pendingAddress / 4] = pendingKinds.wait;
    return waiting;
  }

  #park(task: Task, suspension = new Suspension(task)): Suspension {
    task.suspension = suspension;
    this.#watch(task);
    return suspension;
  }

  /** A suspended call is ended by a timer, which may be early. */
  #watch(task: Task): void {
    const leftMs = Math.min(task.deadlineMs - performance.now(), ...heldRoots(task).map(wallLeftOf));
    if (leftMs === Infinity) return;
    const look = (): void => {
      const late = lateOf(task);
      if (late === undefined) this.#watch(task);
      else this.stop(task, late);
    };
    task.timer = setTimeout(look, Math.min(Math.max(Math.ceil(leftMs), 1), timerMsMax));
  }

  #wait(): Promise<number> {
    const suspension = this.#taken;
    this.#taken = undefined;
    const task = this.running;
    if (suspension === undefined || task === undefined) throw new Error("a stack waits for nothing");
    this.pause(task);
    if (this.#contended.size > 0) this.#giveTurns();
    return suspension.promise;
  }

  /** The stack of this task goes on. @returns the answer @throws what it failed with */
  settle(id: number): unknown {
    const task = this.tasks.suspendable(id);
    if (task === undefined) throw new Error("a stack that has ended goes on");
    this.resume(task);
    const { suspension } = task;
    const answer = this.#outcomeOf(task);
    // A timer may never have come: answers that are there at once leave it no turn.
    const end = endOf(task);
    if (end === undefined) return answer;
    suspension?.lose();
    throw end.reason;
  }

  #outcomeOf(task: Task): unknown {
    const { granted, suspension } = task;
    const outcome = suspension?.outcome;
    clearTimeout(task.timer);
    task.suspension = undefined;
    task.timer = undefined;
    task.granted = undefined;
    if (granted !== undefined) {
      granted.mayEnter = true;
      if (granted.state !== "ready") granted.leaveAll();
    }
    if (outcome === undefined) throw new Error("a stack goes on without an answer");
    const failure = failureOf(task, granted);
    if (failure === undefined && "value" in outcome) return outcome.value;
    suspension?.lose();
    if (this.#contended.size > 0) this.#giveTurns();
    throw failure === undefined && "error" in outcome ? outcome.error : failure?.reason;
  }

  // Turns

  /** Why a call may not enter now; undefined if it has to wait for its turn. `task` is absent for a synchronous call. */
  refusal(root: Root, task: Task | undefined): Error | undefined {
    if (root.state !== "ready") return cannotEnter(`it is ${root.state}`);
    const holder = root.heldBy;
    const from = task ?? this.tasks.inHost;
    const isOwn = from !== undefined && holder !== undefined && isWithin(from, holder);
    const passed = from !== undefined && originOf(from).passed?.chain.includes(root.chainName) === true;
    if (from !== undefined && (isOwn || passed)) {
      return cannotEnter(`its own call comes back: ${[...chainOf(from), root.chainName].join(" → ")}`);
    }
    if (task?.canSuspend === true) return undefined;
    const message = `cannot block: '${root.name}' is busy with another call, and this one cannot be suspended`;
    return new TrapError(message, { code: "cannot-block" });
  }

  /**
   * Before the host enters. @returns undefined if it may enter now, else what to wait for: whoever has waited calls
   * `hasTurn`, and enters before anything else can happen @throws TrapError, DeadlockError
   */
  turnOf(task: Task): Promise<unknown> | undefined {
    if (task.interrupt !== undefined) throw task.interrupt.reason;
    if (task.root.mayEnter && task.root.state === "ready") return undefined;
    return this.#queue(task, task.root).promise;
  }

  /** @throws what ended it while it waited */
  hasTurn(task: Task): void {
    this.#outcomeOf(task);
  }

  /** Generated code found `root` busy. @returns that it has to wait @throws TrapError, DeadlockError */
  takeTurn(root: Root): 1 {
    const task = this.running;
    if (task === undefined) throw new Error("a call enters that nobody made");
    this.#taken = this.#queue(task, root);
    return 1;
  }

  #queue(task: Task, root: Root): Suspension {
    const refusal = this.refusal(root, task);
    if (refusal !== undefined) throw refusal;
    const circles = circlesOf(task, root);
    const own = circles.find(({ victim }) => victim === task);
    if (own !== undefined) throw new DeadlockError(own.cycle);
    const suspension = this.#park(task);
    task.waitsFor = root;
    root.queue.add(task);
    this.#contended.add(root);
    this.words[dutyIndex] = 1;
    // Who hears of these ends may end this call, or make others that wait for it: by now it waits for all to see.
    for (const { victim, cycle } of circles) this.stop(victim, new DeadlockError(cycle));
    return suspension;
  }

  #leaveQueue(task: Task): void {
    task.waitsFor?.queue.delete(task);
    task.waitsFor = undefined;
  }

  /** Instances that are free again are given to who waits longest; those that ended, to nobody. */
  #giveTurns(): void {
    for (const root of this.#contended) {
      if (root.state !== "ready") {
        for (const task of root.queue) this.stop(task, cannotEnter(`it is ${root.state}`));
      }
      const [next] = root.queue;
      if (next !== undefined && root.mayEnter) {
        this.#leaveQueue(next);
        root.mayEnter = false;
        root.holder = next.id;
        next.granted = root;
        if (root.queue.size > 0 && next.children !== undefined) this.#overtaking.add(next);
        next.suspension?.complete({ value: undefined });
      }
      if (root.queue.size === 0) this.#contended.delete(root);
    }
  }

  /** Ends an instance, and the call that is in it. */
  terminate(root: Root, reason: string): void {
    const holder = root.mayEnter || root.state !== "ready" ? undefined : root.heldBy;
    root.terminate();
    if (holder !== undefined) this.stop(holder, new TrapError(reason, { code: "terminated" }));
    this.#giveTurns();
  }
}
