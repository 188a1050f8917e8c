/**
 * Rewrites the body of a function in one pass: indices that moved, charges for fuel (fuel-regions.ts), accounts in front
 * of growth, the depth of calls. What is before the body, its size, its locals and what it does at its entry, is known
 * at its end; it has a gap in front, and the body moves up to it.
 *
 * The depth counts down: a global holds how many calls may still be made, and each function that calls keeps what it
 * found, less one, in a local of its own and sets the global from it in front of each call. So nothing has to be
 * restored behind calls, nor where exceptions are caught.
 */
import { ByteWriter } from "./byte-writer.ts";
import { CodeCursor, isTypeIndex } from "./code-cursor.ts";
import { fixedOperandsMax, functionBytesMax, functionLocalsMax, refuseFunction } from "./engine-limits.ts";
import { freeLocals, growCost, instructionCost, throwCost, zeroedPerInstruction } from "./fuel-cost.ts";
import { FuelRegions } from "./fuel-regions.ts";
import { entryBytesMax, writeEntry } from "./function-entry.ts";
import { FunctionLocals } from "./function-locals.ts";
import { fixedWidths, opcodes, opcodesWithLocals, prefixedOpcode, walk } from "./instructions.ts";
import { blockKinds, frameKinds, LabelFrames } from "./label-frames.ts";
import { QuickWalk } from "./quick-walk.ts";
import { BranchRewriter } from "./rewrite-branches.ts";
import type { RewritePlan } from "./rewrite-plan.ts";
import { SizedOperations } from "./sized-operations.ts";

/** So long, at the least, a loop that is metered is. */
const loopBytesMin = 32;

export class FunctionRewriter {
  readonly #plan: RewritePlan;
  readonly #cursor: CodeCursor;
  readonly #frames = new LabelFrames();
  readonly #regions: FuelRegions | undefined;
  readonly #sized: SizedOperations;
  readonly #locals: FunctionLocals;
  readonly #opcodes: Uint8Array;
  readonly #quick: QuickWalk;
  readonly #branches: BranchRewriter;
  /** Of the function that is at its end. */
  readonly #entry = new ByteWriter(256);
  /** Of the function that is rewritten, as the module counts. */
  #index = 0;
  #loops = false;
  /** Loops may hold fuel in a local. */
  #keepsFuel = false;
  /** It turned out that they may not. */
  #startsAnew = false;

  constructor(plan: RewritePlan, { bytes, capacity }: { bytes: Uint8Array; capacity: number }) {
    this.#plan = plan;
    this.#cursor = new CodeCursor(bytes, capacity);
    this.#locals = new FunctionLocals(this.#cursor, plan.typeCount);
    const { fuel, depth } = plan.accounts;
    this.#opcodes = depth === undefined && fuel === undefined ? opcodes : opcodesWithLocals;
    this.#regions =
      fuel === undefined ? undefined : new FuelRegions(this.#cursor.output, plan, { fuel, frames: this.#frames });
    this.#sized = new SizedOperations(plan, this.#cursor, this.#regions);
    this.#quick = new QuickWalk(plan, {
      cursor: this.#cursor,
      frames: this.#frames,
      locals: this.#locals,
      regions: this.#regions,
      kinds: this.#opcodes,
    });
    this.#branches = new BranchRewriter({
      cursor: this.#cursor,
      frames: this.#frames,
      regions: this.#regions,
      sized: this.#sized,
      quick: this.#quick,
    });
  }

  get output(): ByteWriter {
    return this.#cursor.output;
  }

  /**
   * Appends the body that stands between `start` and `end`, with its size.
   * @throws DecodeError | ValidationError | UnsupportedError, also for what engines would not take as it becomes
   */
  rewrite(start: number, end: number, { index, parameterCount }: { index: number; parameterCount: number }): void {
    const cursor = this.#cursor;
    const { output } = cursor;
    this.#index = index;
    this.#requireBytes(end - start);
    cursor.at = start;
    this.#locals.read(parameterCount);
    this.#requireRoomFor(0);
    const codeStart = cursor.at;
    const gapStart = output.length;
    output.reserve(codeStart - start + entryBytesMax);
    const bodyStart = gapStart + codeStart - start + entryBytesMax;
    this.#keepsFuel = this.#regions !== undefined && this.#locals.hasRoomFor(this.#depthLocals + 1);
    do {
      do {
        cursor.at = codeStart;
        output.length = bodyStart;
        output.skipTo(codeStart);
        this.#begin(end - start);
        this.#walk(end);
      } while (this.#startsAnew || this.#regions?.isTooNarrow() === true);
      output.copyTo(end);
    } while (!this.#finish(gapStart, bodyStart));
  }

  #begin(byteCount: number): void {
    this.#quick.calls = this.#loops = this.#quick.isDead = this.#startsAnew = false;
    this.#frames.depth = 0;
    const fuelLocal = this.#locals.count + this.#depthLocals;
    this.#regions?.beginFunction(byteCount, this.#keepsFuel ? fuelLocal : undefined);
    if (this.#locals.declared > freeLocals) {
      this.#regions?.enter(Math.floor((this.#locals.declared - freeLocals) / zeroedPerInstruction));
    }
    this.#push(frameKinds.function);
  }

  #requireBytes(count: number): void {
    if (count > functionBytesMax) refuseFunction(this.#index, `${count} bytes`, functionBytesMax);
  }

  #requireRoomFor(added: number): void {
    if (this.#locals.hasRoomFor(added)) return;
    refuseFunction(this.#index, `${this.#locals.count + added} locals`, functionLocalsMax);
  }

  get #depthLocals(): number {
    return this.#plan.accounts.depth === undefined ? 0 : 1;
  }

  /** @returns false if it has to be rewritten once more: it is too long where loops hold fuel, and may not be else. */
  #finish(gapStart: number, bodyStart: number): boolean {
    const { output } = this.#cursor;
    const locals = this.#locals;
    const keepsFuel = this.#keepsFuel && this.#loops;
    // The fuel's has room, or is left out.
    if (!keepsFuel && this.#quick.calls) this.#requireRoomFor(this.#depthLocals);
    if (keepsFuel || this.#plan.accounts.depth !== undefined) locals.refuseStray();
    const fuel = this.#regions?.endFunction();
    const header = this.#entry;
    header.length = 0;
    writeEntry(header, this.#plan, {
      calls: this.#quick.calls,
      loops: this.#loops,
      locals,
      keepsFuel,
      fuel,
    });
    const bodyEnd = output.length;
    const bodyLength = bodyEnd - bodyStart - (fuel?.leftOut ?? 0);
    if (keepsFuel && header.length + bodyLength > functionBytesMax) {
      this.#keepsFuel = false;
      return false;
    }
    this.#requireBytes(header.length + bodyLength);
    output.length = gapStart;
    output.unsigned(header.length + bodyLength);
    output.appendSpan(header.bytes, 0, header.length);
    if (this.#regions === undefined) output.appendSpan(output.bytes, bodyStart, bodyEnd);
    else this.#regions.held.appendBody(bodyStart, bodyEnd);
    return true;
  }

  #walk(end: number): void {
    const cursor = this.#cursor;
    while (this.#frames.depth > 0) {
      if (this.#startsAnew) return;
      this.#quick.walk(end);
      const start = cursor.at;
      if (start >= end) cursor.fail("unexpected end");
      const code = cursor.byte();
      const kind = this.#opcodes[code] ?? walk.unknown;
      if (kind === walk.control) this.#control(code, start);
      else {
        if (!this.#quick.isDead) this.#regions?.spend(start, instructionCost);
        this.#immediates(kind, { code, start });
      }
    }
    if (cursor.at !== end) cursor.fail("operators remaining after end of function");
  }

  #immediates(kind: number, { code, start }: { code: number; start: number }): void {
    const cursor = this.#cursor;
    const { functions, globals, typeCount } = this.#plan;
    switch (kind) {
      case walk.plain:
        return;
      case walk.leb:
        return cursor.skipLeb();
      case walk.typeAndLeb:
        cursor.typeIndex(typeCount);
        return cursor.skipLeb();
      case walk.func:
        return cursor.index(functions);
      case walk.global:
        return cursor.index(globals);
      case walk.memoryArgument:
        return void cursor.memoryArgument();
      case walk.memoryArgumentAndLane:
        cursor.memoryArgument();
        cursor.at += 1;
        return;
      case walk.byte:
      case walk.fourBytes:
      case walk.eightBytes:
      case walk.sixteenBytes:
        cursor.at += fixedWidths[kind] ?? 0;
        return;
      case walk.valueTypes:
        return cursor.skipValueTypes(typeCount);
      case walk.heapType:
        return cursor.skipHeapType(typeCount);
      case walk.type:
        return void cursor.typeIndex(typeCount);
      case walk.prefix:
        return this.#prefixed(code, start);
      default:
        return this.#special(kind, { code: 0, prefix: code, start });
    }
  }

  #prefixed(prefix: number, start: number): void {
    const code = this.#cursor.u32();
    const kind = prefixedOpcode(prefix, code);
    if (kind >= walk.bulkMemory) return this.#special(kind, { code, prefix, start });
    this.#immediates(kind, { code, start });
  }

  /** What costs by its size, and what needs more than its immediates. */
  #special(kind: number, { code, prefix, start }: { code: number; prefix: number; start: number }): void {
    const cursor = this.#cursor;
    if (kind === walk.bulkMemory || kind === walk.bulkTable || kind === walk.bulkArray) {
      return this.#sized.bulk(kind, { code, start, isDead: this.#quick.isDead });
    }
    if (kind === walk.tableGrow) {
      if (!this.#quick.isDead) this.#regions?.spend(start, growCost - instructionCost);
      return this.#sized.tableGrow(start, this.#quick.isDead);
    }
    if (kind === walk.newFixed) {
      const count = this.#sized.newFixed(start, this.#quick.isDead);
      if (count <= fixedOperandsMax) return;
      return refuseFunction(this.#index, `${count} operands at once`, fixedOperandsMax);
    }
    if (kind === walk.newDefault) return this.#sized.newDefault(start, this.#quick.isDead);
    if (kind === walk.branchOnCast) {
      cursor.at += 1;
      this.#branches.label();
      cursor.skipHeapType(this.#plan.typeCount);
      cursor.skipHeapType(this.#plan.typeCount);
      return this.#regions?.branch();
    }
    if (kind === walk.wait) return this.#sized.wait();
    if (kind === walk.local) return this.#locals.index();
    cursor.unsupported(`the core instruction ${prefix.toString(16)}${prefix < 0xfb ? "" : ` ${code}`}`);
  }

  #control(code: number, start: number): void {
    if (code === 0x0b) return this.#end(start);
    if (code === 0x05) return this.#else();
    if (code === 0x07 || code === 0x19) return this.#catch(code);
    if (code === 0x18) return this.#delegate(start);
    const cost =
      code === 0x08 || code === 0x09 || code === 0x0a ? throwCost : code === 0x40 ? growCost : instructionCost;
    if (!this.#quick.isDead) this.#regions?.spend(start, cost);
    if (code >= 0x10 && code <= 0x15) return this.#call(code, start);
    if (code === 0x40) return this.#sized.memoryGrow(start, this.#quick.isDead);
    if (code <= 0x06 || code === 0x1f) return this.#block(code, start);
    this.#branches.rewrite(code, start);
  }

  #block(code: number, start: number): void {
    const cursor = this.#cursor;
    if (code === 0x00) return this.#branches.interrupt();
    cursor.skipBlockType(this.#plan.typeCount);
    if (code === 0x03) return this.#loop(start);
    if (code === 0x1f) this.#branches.catches();
    if (code === 0x06 || code === 0x1f) this.#handle();
    this.#push(blockKinds[code] ?? frameKinds.block);
    if (code === 0x04) this.#regions?.branch();
  }

  #loop(start: number): void {
    this.#loops = true;
    const isMetered = !this.#quick.isDead;
    this.#push(frameKinds.loop);
    if (this.#regions === undefined || !isMetered) return;
    const { at, bytes } = this.#cursor;
    const loop = this.#regions.loopHead(start, {
      typeEnd: at,
      hasLatch: !isTypeIndex(bytes[start + 1] ?? 0),
    });
    this.#frames.meter(loop);
    // Before a large module of nothing else has taken many times its size.
    this.#requireBytes(this.#regions.held.loopCount * loopBytesMin);
  }

  /** What comes to a handler out of a loop has given nothing back. */
  #handle(): void {
    this.#startsAnew = this.#keepsFuel;
    this.#keepsFuel = false;
  }

  #push(kind: number): void {
    this.#frames.push(kind, this.#regions?.current ?? 0, this.#quick.isDead);
  }

  #end(start: number): void {
    const frames = this.#frames;
    const { output, at } = this.#cursor;
    const top = frames.depth - 1;
    const held = this.#regions?.held;
    if (frames.isMetered(top)) {
      output.copyTo(start);
      this.#regions?.loopEnd(frames.heads[top] ?? 0, frames.areLatched[top] === 1);
      output.copyTo(at);
      held?.closeLoop();
    } else if (held !== undefined && frames.landings[top] !== 0) {
      output.copyTo(at);
      held.land(top);
    }
    this.#quick.endBlock();
  }

  #else(): void {
    this.#frames.kinds[this.#frames.depth - 1] = frameKinds.else;
    this.#reviveHandler();
  }

  /** Of the older form of exception handling. */
  #catch(code: number): void {
    if (code === 0x07) this.#cursor.skipLeb();
    this.#reviveHandler();
  }

  /** A second half or a handler is paid for with the block that it belongs to, as far as that goes. */
  #reviveHandler(): void {
    const frames = this.#frames;
    const top = frames.depth - 1;
    frames.asked = frames.askedAt[top] ?? 0;
    if (frames.areDead[top] === 1) return;
    if (!this.#quick.isDead) frames.arePassed[top] = 1;
    this.#quick.isDead = false;
    this.#regions?.resume(frames.regions[top] ?? 0);
  }

  /** Ends a `try` as `end` does; its label is seen from outside. */
  #delegate(start: number): void {
    this.#end(start);
    this.#branches.label();
  }

  #call(code: number, start: number): void {
    const cursor = this.#cursor;
    const { functions, typeCount } = this.#plan;
    const isTail = code === 0x12 || code === 0x13 || code === 0x15;
    this.#quick.calls = true;
    if (!this.#quick.isDead) this.#setDepth(start, isTail);
    if (code === 0x10 || code === 0x12) cursor.index(functions);
    else cursor.typeIndex(typeCount);
    if (code === 0x11 || code === 0x13) cursor.skipLeb();
    if (!this.#quick.isDead) this.#regions?.called(cursor.at);
    if (isTail) this.#branches.interrupt();
  }

  /** In front of a call; a tail call stands where the function itself does. */
  #setDepth(start: number, isTail: boolean): void {
    const { depth } = this.#plan.accounts;
    if (depth === undefined) return;
    const { output } = this.#cursor;
    output.copyTo(start);
    output.byte(0x20);
    output.unsigned(this.#locals.count);
    if (isTail) output.append([0x41, 1, 0x6a]); // i32.const 1, i32.add
    output.byte(0x24);
    output.unsigned(depth);
  }
}
