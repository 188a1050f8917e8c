/**
 * A call from one component into another, as a core module of its own: checks and marks who may enter and leave, copies
 * parameters, calls, copies results. Nothing of it is JavaScript, so that a suspended stack can pass through it; it asks
 * the host only for handles.
 *
 * Its text depends on the signature, the options, how many instances are entered, whether the host linked the two and whether
 * somebody pays for copies, not on who they are (adapter-of.ts).
 * State of instances lies in one memory of their runtime: a word that says that the host found a reason to trap, and for
 * each instance whether it may be entered and left.
 */
import type { ValueType } from "../types/component-types.ts";
import {
  type FlatFuncType,
  flatParamsMax,
  flatResultsMax,
  flattenFunc,
  flattenType,
  flattenTypes,
} from "../types/flatten.ts";
import { layoutOf } from "../types/layout.ts";
import { makeValueType } from "../types/value-type.ts";
import { type AdapterImports, declareImports } from "./adapter-imports.ts";
import type { AdapterKey, Direction, PassedHandle, WrittenAdapter } from "./adapter-key.ts";
import { askBody, emitCharge, emitChargeForRecord } from "./charge.ts";
import { CodeWriter, type Local } from "./code-writer.ts";
import { emitCopy } from "./copy.ts";
import { type Copying, type EmitCharge, emitRangeCheck, flatPlace, memoryPlace, type Side } from "./copying.ts";
import { emitCheckPending, emitEnter, emitLeave } from "./enter.ts";
import { ModuleWriter } from "./module-writer.ts";
import { reasonCode, type TrapReason } from "./reasons.ts";
import { emitHeld, emitLeft, emitReturning, emitUnlessEnded } from "./returning.ts";
import { SharedFuncs } from "./shared-copy.ts";
import { stateOffsets } from "./state-memory.ts";
import { stringCopyBody } from "./string-copy.ts";
import { emitAdvance } from "./transcoding.ts";
import { hasVectors } from "./vectors.ts";

/**
 * Twice where handles are passed: functions are numbered behind imports, of which the first time is only counted how
 * many handles need.
 * @throws UnsupportedError for values of the asynchronous ABI
 */
export function writeAdapter(key: AdapterKey): WrittenAdapter {
  const { params, result } = key.type;
  if (!params.some(({ type }) => type.hasResource) && result?.hasResource !== true) {
    return new AdapterWriter(key, []).write();
  }
  const counted = new AdapterWriter(key, []);
  counted.write();
  return new AdapterWriter(key, counted.handles).write();
}

interface Flag {
  readonly offset: number;
  readonly value: 0 | 1;
}

class AdapterWriter {
  readonly handles: PassedHandle[] = [];
  readonly #key: AdapterKey;
  readonly #module: ModuleWriter;
  readonly #code: CodeWriter;
  readonly #lower: FlatFuncType;
  readonly #lift: FlatFuncType;
  readonly #imports: AdapterImports;
  /** How many handles have been lent, if any can be. */
  readonly #lent: Local | undefined;
  readonly #stringFuncs = new Map<Direction, number>();
  readonly #askFuncs = new Map<Direction, number>();
  readonly #shared: Readonly<Record<Direction, SharedFuncs>>;

  constructor(key: AdapterKey, handles: readonly PassedHandle[]) {
    this.#key = key;
    this.#module = new ModuleWriter(key);
    const plain = { isAsync: false, hasCallback: false };
    this.#lower = flattenFunc(key.type, { role: "lower", ...plain });
    this.#lift = flattenFunc(key.type, { role: "lift", ...plain });
    this.#code = new CodeWriter(this.#lower.params);
    this.#lent = key.type.params.some(({ type }) => type.hasBorrow) ? this.#code.local("i32") : undefined;
    this.#imports = declareImports(this.#module, key, { lift: this.#lift, handles });
    const { params, result } = key.type;
    const types = params.map(({ type }) => type);
    const results = result === undefined ? [] : [result];
    this.#shared = { in: this.#sharedFuncs("in", types), out: this.#sharedFuncs("out", results) };
  }

  /** All of it in one block: nobody catches what core code of the other side throws, whatever it was called for. */
  write(): WrittenAdapter {
    const [type] = this.#lower.results;
    this.#code.tryAll(
      type,
      () => this.#writeCall(),
      () => this.#trap("an exception of core code was not caught"),
    );
    const { code, locals } = this.#code;
    const func = this.#module.addFunc({ type: this.#lower, locals, code });
    return { bytes: this.#module.finish(func), handles: this.handles };
  }

  #writeCall(): void {
    this.#checkLeave();
    this.#enter();
    const flat = this.#passParams();
    const { calleePlace } = this.#imports;
    const context = this.#key.callee.hasContext ? this.#beginContext(calleePlace, this.#code) : undefined;
    const results = this.#callCore(flat);
    if (this.#key.isLink) this.#endLending();
    const { returning } = this.#imports;
    const [waited] = results;
    if (returning !== undefined && waited !== undefined) emitReturning(this.#code, returning, waited);
    const returned = this.#passResult(results);
    if (returning !== undefined) emitUnlessEnded(this.#code, returning, () => this.#postReturn(results));
    else if (this.#key.callee.hasPostReturn) this.#postReturn(results);
    if (context !== undefined) this.#endContext(calleePlace, { code: this.#code, context });
    // One component may give itself what it is lent: until its results are lifted, it has lent that.
    if (!this.#key.isLink) this.#endLending();
    emitLeave(this.#code, { state: this.#imports.state, places: this.#imports.entered });
    if (returning !== undefined) emitLeft(this.#code, returning);
    for (const local of returned) this.#code.get(local);
  }

  // State

  /** What is passed does not fit where it goes. If it is the caller's place, the callee has returned (spec: rule 2). */
  #reject(direction: Direction, reason: TrapReason, code = this.#code): void {
    if (direction === "in" || !this.#key.isLink) return this.#trap(reason, code);
    code.i32(reasonCode(reason)).call(this.#imports.reject).op("unreachable");
  }

  #trap(reason: TrapReason, code = this.#code): void {
    code.i32(reasonCode(reason)).call(this.#imports.trap).op("unreachable");
  }

  /** What is given is wrong. If the caller gives it, nothing of another instance is on the stack yet (spec: rule 2). */
  #refuse(direction: Direction, reason: TrapReason, code = this.#code): void {
    const { returning } = this.#imports;
    if (direction === "out" && returning !== undefined) emitHeld(code, returning);
    if (direction === "out" || !this.#key.isLink) return this.#trap(reason, code);
    code.i32(reasonCode(reason)).call(this.#imports.refuse).op("unreachable");
  }

  #load(place: number, offset: number): void {
    this.#code.constant(place).at("i32.load", { memory: this.#imports.state, offset });
  }

  #store(place: number, { offset, value }: Flag, code = this.#code): void {
    code.constant(place).i32(value).at("i32.store", { memory: this.#imports.state, offset });
  }

  #checkLeave(): void {
    this.#load(this.#imports.callerPlace, stateOffsets.mayLeave);
    this.#code.op("i32.eqz").if(() => this.#trap("cannot leave component instance"));
  }

  #enter(): void {
    emitEnter(this.#code, { imports: this.#imports, state: this.#imports.state, places: this.#imports.entered });
  }

  #checkPending(code = this.#code): void {
    emitCheckPending(code, this.#imports.state);
  }

  #endLending(): void {
    const lent = this.#lent;
    if (lent === undefined) return;
    this.#code.get(lent).if(() => {
      this.#code.get(lent).call(this.#imports.endLending);
      this.#checkPending();
    });
  }

  // Copying

  #side(direction: Direction, role: "from" | "to", code = this.#code): Side {
    const isCaller = (direction === "in") === (role === "from");
    const { caller, callee } = this.#key;
    const { memoryOfCaller, memoryOfCallee } = this.#imports;
    return {
      memory: isCaller ? memoryOfCaller : memoryOfCallee,
      encoding: (isCaller ? caller : callee).encoding,
      allocate: (push) => {
        const pushAll = (): void => {
          code.i32(0).i32(0);
          push();
        };
        this.#reallocate(isCaller, { code, push: pushAll });
      },
    };
  }

  /** Calls an allocator with what is pushed, in a thread of its own. Nobody leaves an instance from within it. */
  #reallocate(isCaller: boolean, { code, push }: { readonly code: CodeWriter; readonly push: () => void }): void {
    const { callerPlace, calleePlace, reallocOfCaller, reallocOfCallee } = this.#imports;
    const place = isCaller ? callerPlace : calleePlace;
    const { hasContext } = isCaller ? this.#key.caller : this.#key.callee;
    this.#store(place, { offset: stateOffsets.mayLeave, value: 0 }, code);
    const context = hasContext ? this.#beginContext(place, code) : undefined;
    push();
    code.call(isCaller ? reallocOfCaller : reallocOfCallee);
    if (context !== undefined) this.#endContext(place, { code, context });
    this.#store(place, { offset: stateOffsets.mayLeave, value: 1 }, code);
  }

  /** A new thread has storage of its own, which begins with zeros. @returns what the one around it has */
  #beginContext(place: number, code: CodeWriter): Local {
    const slots = { memory: this.#imports.state, offset: stateOffsets.context };
    const context = code.local("i64");
    code.constant(place).at("i64.load", slots).set(context);
    code.constant(place).i64(0).at("i64.store", slots);
    return context;
  }

  #endContext(place: number, { code, context }: { readonly code: CodeWriter; readonly context: Local }): void {
    const slots = { memory: this.#imports.state, offset: stateOffsets.context };
    code.constant(place).get(context).at("i64.store", slots);
  }

  #sharedFuncs(direction: Direction, types: readonly ValueType[]): SharedFuncs {
    return new SharedFuncs(types, {
      addFunc: (body) => this.#module.addFunc(body),
      copyingWith: (code, lent) => this.#copying(direction, { code, lent }),
    });
  }

  #copying(direction: Direction, { code, lent } = { code: this.#code, lent: this.#lent }): Copying {
    return {
      code,
      from: this.#side(direction, "from", code),
      to: this.#side(direction, "to", code),
      trap: (reason) => this.#reject(direction, reason, code),
      refuse: (reason) => this.#refuse(direction, reason, code),
      passHandle: (kind, resource) => this.#passHandle({ kind, resource, direction }, { code, lent }),
      passString: () => code.call(this.#stringFunc(direction)),
      lent: direction === "in" ? lent : undefined,
      charge: this.#chargeIn(direction, code),
      shared: this.#shared[direction],
    };
  }

  /** The handle is on the stack, and the other one is left there. */
  #passHandle(handle: PassedHandle, { code, lent }: Pick<Copying, "code" | "lent">): void {
    if (handle.kind === "borrow") {
      if (lent === undefined) throw new Error("only parameters are lent");
      code.get(lent);
    }
    code.call(this.#imports.firstHandle + this.handles.length);
    this.handles.push(handle);
    const passed = code.local("i32");
    code.set(passed);
    this.#checkPending(code);
    if (handle.kind === "borrow" && lent !== undefined) emitAdvance(code, lent, 1);
    code.get(passed);
  }

  /** Whoever pays, nothing of the callee is on the stack then. The host knows whose limit it was, and who ends by it. */
  #chargeIn(direction: Direction, code: CodeWriter): EmitCharge | undefined {
    const { fuel } = this.#imports;
    if (fuel === undefined) return undefined;
    const fail = (writer: CodeWriter): void => {
      if (direction === "in") this.#refuse(direction, "a copy may not go on", writer);
      else this.#reject(direction, "a copy may not go on", writer);
    };
    return (push) => {
      const ask = this.#askFuncs.get(direction) ?? this.#module.addFunc(askBody(fuel, fail));
      this.#askFuncs.set(direction, ask);
      emitCharge(code, { fuel: fuel.fuel, ask }, push);
    };
  }

  /** One for each direction, which all strings go through. */
  #stringFunc(direction: Direction): number {
    const known = this.#stringFuncs.get(direction);
    if (known !== undefined) return known;
    const body = stringCopyBody({
      hasVectors,
      from: this.#side(direction, "from"),
      to: this.#side(direction, "to"),
      reallocate: (code, push) => this.#reallocate(direction === "out", { code, push }),
      trap: (code, reason) => this.#reject(direction, reason, code),
      refuse: (code, reason) => this.#refuse(direction, reason, code),
      chargeWith: (code) => this.#chargeIn(direction, code),
    });
    const func = this.#module.addFunc(body);
    this.#stringFuncs.set(direction, func);
    return func;
  }

  // The call

  /** @returns what the core function is given */
  #passParams(): readonly Local[] {
    const types = this.#key.type.params.map(({ type }) => type);
    const copying = this.#copying("in");
    if (types.length === 0) return [];
    if (this.#imports.beginPassing >= 0) this.#code.call(this.#imports.beginPassing);
    if (flattenTypes(types).length > flatParamsMax) return [this.#passSpilled(copying, types)];
    const locals = this.#lift.params.map((type) => this.#code.local(type));
    const route = { from: flatPlace(this.#code.params), to: flatPlace(locals) };
    for (const type of types) emitCopy(copying, type, route);
    return locals;
  }

  #passSpilled(copying: Copying, types: readonly ValueType[]): Local {
    const code = this.#code;
    const [source] = code.params;
    if (source === undefined) throw new Error("spilled parameters have a pointer");
    const tuple = makeValueType({ kind: "tuple", types });
    const target = code.local("i32");
    this.#checkRecord(copying, { side: copying.from, pointer: source, type: tuple });
    emitChargeForRecord(copying, tuple);
    copying.to.allocate(() => code.i32(layoutOf(tuple).align).i32(layoutOf(tuple).size));
    code.set(target);
    this.#checkRecord(copying, { side: copying.to, pointer: target, type: tuple });
    emitCopy(copying, tuple, { from: memoryPlace(source), to: memoryPlace(target) });
    return target;
  }

  #checkRecord(copying: Copying, { side, pointer, type }: { side: Side; pointer: Local; type: ValueType }): void {
    const { size, align } = layoutOf(type);
    const bytes = this.#code.local("i32");
    this.#code.i32(size).set(bytes);
    emitRangeCheck(copying, side, { pointer, bytes, align });
  }

  #callCore(flat: readonly Local[]): readonly Local[] {
    const code = this.#code;
    const [type] = this.#lift.results;
    for (const local of flat) code.get(local);
    code.call(this.#imports.callee);
    if (type === undefined) return [];
    const result = code.local(type);
    code.set(result);
    return [result];
  }

  /** @returns what the caller is given */
  #passResult(results: readonly Local[]): readonly Local[] {
    const { result: type } = this.#key.type;
    const [core] = results;
    if (type === undefined || core === undefined) return [];
    const copying = this.#copying("out");
    if (flattenType(type).length > flatResultsMax) {
      const target = this.#code.params.at(-1);
      if (target === undefined) throw new Error("a result in memory has a pointer");
      this.#checkRecord(copying, { side: copying.from, pointer: core, type });
      this.#checkRecord(copying, { side: copying.to, pointer: target, type });
      emitChargeForRecord(copying, type);
      emitCopy(copying, type, { from: memoryPlace(core), to: memoryPlace(target) });
      return [];
    }
    const returned = this.#code.local(core.type);
    emitCopy(copying, type, { from: flatPlace([core]), to: flatPlace([returned]) });
    return [returned];
  }

  #postReturn(results: readonly Local[]): void {
    this.#store(this.#imports.calleePlace, { offset: stateOffsets.mayLeave, value: 0 });
    for (const local of results) this.#code.get(local);
    this.#code.call(this.#imports.post);
    this.#store(this.#imports.calleePlace, { offset: stateOffsets.mayLeave, value: 1 });
  }
}
