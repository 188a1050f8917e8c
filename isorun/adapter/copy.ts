/**
 * Copies values from one side of a call to the other: lifts and lowers in one go (Canonical ABI, Loading, Storing, Flat
 * Lifting, Flat Lowering), without a form in between. A value is in flat locals, or in memory, on either side.
 */
import type { Primitive } from "../decode/ast.ts";
import { UnsupportedError } from "../errors/errors.ts";
import type { ValueType } from "../types/component-types.ts";
import { flattenType, hasPointers } from "../types/flatten.ts";
import { layoutOf, offsetsOf, payloadsOf, variantLayout } from "../types/layout.ts";
import { discriminantSize, makeValueType, partsOf } from "../types/value-type.ts";
import { blockBytes, emitChargeForBytes, emitCostOfItems } from "./charge.ts";
import type { CodeWriter, Local } from "./code-writer.ts";
import { emitCopyBytes, emitCopyFixed } from "./copy-bytes.ts";
import { bytesMax, type Copying, emitRangeCheck, flatPlace, memoryPlace, type Place, type Route } from "./copying.ts";
import { copyFlags, copyScalar, fromSlot, move, toSlot } from "./scalar-copy.ts";
import { emitSharedCopy } from "./shared-copy.ts";
import { hasVectors } from "./vectors.ts";

const behind = (place: Place, offset: number): Place =>
  place.kind === "memory" && offset > 0 ? { ...place, offset: place.offset + offset } : place;

export function emitCopy(copying: Copying, type: ValueType, route: Route): void {
  const { code, shared } = copying;
  code.scope(() => {
    if (copiesWhole(copying, type, route)) return;
    if (shared.has(type, code)) emitSharedCopy(copying, { type, route, write: emitInPlace });
    else emitInPlace(copying, type, route);
  });
}

function emitInPlace(copying: Copying, type: ValueType, route: Route): void {
  const { from, to } = route;
  if (type.kind === "primitive") return copyPrimitive(copying, type.primitive, route);
  if (type.kind === "list") return copyList(copying, type.element, route);
  if (type.kind === "map") {
    return copyList(copying, pairOf(type), route);
  }
  if (type.kind === "record" || type.kind === "tuple") return copyParts(copying, partsOf(type), route);
  if (type.kind === "fixed-list") return copyFixedList(copying, type, route);
  if (type.kind === "flags") return copyFlags(copying, type.labels.length, route);
  if (type.kind === "own" || type.kind === "borrow") {
    const { kind, resource } = type;
    return move(copying, { width: 4, from, to }, () => copying.passHandle(kind, resource.resource));
  }
  if (type.kind === "stream" || type.kind === "future") throw new UnsupportedError(`a ${type.kind} between components`);
  return copyVariant(copying, type, route);
}

const pairs = new WeakMap<ValueType, ValueType>();

/** One object for each map: copies of its pairs are shared by it. */
function pairOf(type: ValueType & { readonly kind: "map" }): ValueType {
  const pair = pairs.get(type) ?? makeValueType({ kind: "tuple", types: [type.key, type.value] });
  pairs.set(type, pair);
  return pair;
}

const plainKnown = new WeakMap<ValueType, boolean>();

/** Copies are taken of whole ranges where every bit pattern is a value, and is one that is copied as it is. */
function isPlain(type: ValueType): boolean {
  const before = plainKnown.get(type);
  if (before !== undefined) return before;
  const is = findPlain(type);
  plainKnown.set(type, is);
  return is;
}

function findPlain(type: ValueType): boolean {
  if (type.kind === "primitive") {
    return !["bool", "char", "string", "error-context"].includes(type.primitive);
  }
  if (type.kind === "flags") return [8, 16, 32].includes(type.labels.length);
  // Padding would be copied along, and may hold what the other side must not see.
  const isAggregate = type.kind === "record" || type.kind === "tuple" || type.kind === "fixed-list";
  if (!isAggregate || !partsOf(type).every(isPlain)) return false;
  const parts = type.kind === "fixed-list" ? [] : partsOf(type);
  return parts.length === 0 || parts.reduce((sum, part) => sum + layoutOf(part).size, 0) === layoutOf(type).size;
}

function copyPrimitive(copying: Copying, primitive: Primitive, route: Route): void {
  if (primitive === "string") copyString(copying, route);
  else if (primitive === "error-context") throw new UnsupportedError("an error context between components");
  else copyScalar(copying, primitive, route);
}

// Aggregates

function copyParts(copying: Copying, parts: readonly ValueType[], { from, to }: Route): void {
  if (from.kind === "memory" && to.kind === "memory") return copyPartsInMemory(copying, parts, { from, to });
  const offsets = offsetsOf(parts);
  for (const [index, part] of parts.entries()) {
    const offset = offsets[index] ?? 0;
    emitCopy(copying, part, { from: behind(from, offset), to: behind(to, offset) });
  }
}

type InMemory = Place & { readonly kind: "memory" };

/** More bytes than this are not copied by loads and stores one after the other. */
const fixedBytesMax = 64;
/** A call of the engine takes as long as this. */
const wholeBytesMin = 256;

/** @returns whether it was copied: values of which every bit pattern is one, too many for single loads and stores */
function copiesWhole({ code, from: source, to: target }: Copying, type: ValueType, { from, to }: Route): boolean {
  if (from.kind === "flat" || to.kind === "flat") return false;
  const { size } = layoutOf(type);
  if (size < wholeBytesMin || !isPlain(type)) return false;
  code.get(to.pointer).i32(to.offset).op("i32.add").get(from.pointer).i32(from.offset).op("i32.add").i32(size);
  code.copy(target.memory, source.memory);
  return true;
}

/** Fields that are copied as they are, and lie side by side, are copied together. */
function copyPartsInMemory(
  copying: Copying,
  parts: readonly ValueType[],
  { from, to }: { readonly from: InMemory; readonly to: InMemory },
): void {
  const offsets = offsetsOf(parts);
  let run = { start: 0, end: 0 };
  const endRun = (): void => {
    const { code, from: source, to: target } = copying;
    const places = {
      from: from.pointer,
      fromOffset: from.offset + run.start,
      to: to.pointer,
      toOffset: to.offset + run.start,
    };
    const memories = { code, hasVectors, source: source.memory, target: target.memory };
    emitCopyFixed(memories, { ...places, bytes: run.end - run.start });
  };
  for (const [index, part] of parts.entries()) {
    const start = offsets[index] ?? 0;
    const end = start + layoutOf(part).size;
    const isJoined = isPlain(part) && end - start <= fixedBytesMax;
    if (isJoined && start === run.end && end - run.start <= fixedBytesMax) {
      run = { start: run.start, end };
      continue;
    }
    endRun();
    run = isJoined ? { start, end } : { start: end, end };
    if (!isJoined) emitCopy(copying, part, { from: behind(from, start), to: behind(to, start) });
  }
  endRun();
}

function copyFixedList(
  copying: Copying,
  { element, length }: ValueType & { readonly kind: "fixed-list" },
  { from, to }: Route,
): void {
  const { size } = layoutOf(element);
  if (from.kind === "flat" || to.kind === "flat") {
    for (let index = 0; index < length; index += 1) {
      emitCopy(copying, element, { from: behind(from, index * size), to: behind(to, index * size) });
    }
    return;
  }
  const { code } = copying;
  const [source, target, count] = [code.local("i32"), code.local("i32"), code.local("i32")];
  code.get(from.pointer).i32(from.offset).op("i32.add").set(source);
  code.get(to.pointer).i32(to.offset).op("i32.add").set(target);
  code.i32(length).set(count);
  // Who is around it has paid for its bytes, and clocks do not wait for more than a block.
  const copyThem = length * size > blockBytes ? copyBlocks : copyItems;
  copyThem(copying, element, { source, target, count });
}

interface Items {
  readonly source: Local;
  readonly target: Local;
  /** Counted down to zero. */
  readonly count: Local;
}

/** Paid for block by block, so that clocks are looked at in between. */
function copyBlocks(copying: Copying, element: ValueType, items: Items): void {
  const { code, charge } = copying;
  if (charge === undefined) return copyItems(copying, element, items);
  const { count } = items;
  const most = Math.max(Math.floor(blockBytes / layoutOf(element).size), 1);
  const rest = code.local("i32");
  code.get(count).set(rest);
  code.loop(() => {
    code
      .get(rest)
      .tee(count)
      .i32(most)
      .op("i32.gt_u")
      .if(() => code.i32(most).set(count));
    code.get(rest).get(count).op("i32.sub").set(rest);
    charge(() => emitCostOfItems(copying, element, count));
    copyItems(copying, element, items);
    code.get(rest).branchIf(0);
  });
}

function copyItems(copying: Copying, element: ValueType, { source, target, count }: Items): void {
  const { code } = copying;
  const { size } = layoutOf(element);
  code.block(() => {
    code.loop(() => {
      code.get(count).op("i32.eqz").branchIf(1);
      emitCopy(copying, element, { from: memoryPlace(source), to: memoryPlace(target) });
      code.get(source).i32(size).op("i32.add").set(source);
      code.get(target).i32(size).op("i32.add").set(target);
      code.get(count).i32(1).op("i32.sub").set(count);
      code.branch(0);
    });
  });
}

// What lies behind pointers

interface Pair {
  readonly pointer: Local;
  readonly length: Local;
}

function readPair({ code, from: { memory } }: Copying, from: Place): Pair {
  const pair = { pointer: code.local("i32"), length: code.local("i32") };
  for (const [index, local] of [pair.pointer, pair.length].entries()) {
    if (from.kind === "memory") {
      code.get(from.pointer).at("i32.load", { memory, offset: from.offset + index * 4 });
    } else {
      const slot = from.next();
      code.get(slot);
      fromSlot(code, slot.type, "i32");
    }
    code.set(local);
  }
  return pair;
}

function writePair({ code, to: { memory } }: Copying, to: Place, { pointer, length }: Pair): void {
  for (const [index, local] of [pointer, length].entries()) {
    if (to.kind === "memory") {
      code
        .get(to.pointer)
        .get(local)
        .at("i32.store", { memory, offset: to.offset + index * 4 });
    } else {
      const slot = to.next();
      code.get(local);
      toSlot(code, "i32", slot.type);
      code.set(slot);
    }
  }
}

function copyString(copying: Copying, { from, to }: Route): void {
  const { code } = copying;
  const { pointer, length } = readPair(copying, from);
  const copy = { pointer: code.local("i32"), length: code.local("i32") };
  code.get(pointer).get(length);
  copying.passString();
  code.set(copy.length).set(copy.pointer);
  writePair(copying, to, copy);
}

/**
 * Whether there may be any amount of work behind one item. Others are paid for before they are copied, all at once: blocks
 * make a list of records slower by a tenth (JavaScriptCore), and 2^28 bytes of items take less than a second.
 */
const isOpen = (element: ValueType): boolean => hasPointers(element) || element.hasResource;

function copyList(copying: Copying, element: ValueType, { from, to }: Route): void {
  const { code, refuse } = copying;
  const { size, align } = layoutOf(element);
  const { pointer, length } = readPair(copying, from);
  const wide = code.local("i64");
  code.get(length).op("i64.extend_i32_u").i64(size).op("i64.mul").tee(wide);
  code
    .i64(bytesMax)
    .op("i64.gt_u")
    .if(() => refuse("wasm trap: list content out-of-bounds"));
  const bytes = code.local("i32");
  code.get(wide).op("i32.wrap_i64").set(bytes);
  emitRangeCheck(copying, copying.from, { pointer, bytes, align });
  if (isPlain(element)) emitChargeForBytes(code, copying.charge, bytes);
  else if (!isOpen(element)) copying.charge?.(() => emitCostOfItems(copying, element, length));
  const target = code.local("i32");
  copying.to.allocate(() => code.i32(align).get(bytes));
  code.set(target);
  emitRangeCheck(copying, copying.to, { pointer: target, bytes, align });
  if (isPlain(element)) {
    const memories = { code, hasVectors, source: copying.from.memory, target: copying.to.memory };
    emitCopyBytes(memories, { to: target, from: pointer, bytes });
  } else {
    const items = { source: code.local("i32"), target: code.local("i32"), count: code.local("i32") };
    code.get(pointer).set(items.source).get(target).set(items.target).get(length).set(items.count);
    const copyThem = isOpen(element) ? copyBlocks : copyItems;
    copyThem(copying, element, items);
  }
  writePair(copying, to, { pointer: target, length });
}

// Variants

function copyVariant(copying: Copying, type: ValueType, { from, to }: Route): void {
  const { code, refuse } = copying;
  const payloads = payloadsOf(type);
  if (payloads === undefined) throw new Error(`a ${type.kind} cannot be copied`);
  const width = discriminantSize(payloads.length);
  const tag = code.local("i32");
  move(copying, { width, from, to }, () => {
    code
      .tee(tag)
      .i32(payloads.length)
      .op("i32.ge_u")
      .if(() => refuse("invalid variant discriminant"));
    code.get(tag);
  });
  const slots = flattenType(type).length - 1;
  const sourceSlots = from.kind === "flat" ? takeSlots(from, slots) : [];
  const targetSlots = to.kind === "flat" ? takeSlots(to, slots) : [];
  for (const slot of targetSlots) code.zero(slot.type).set(slot);
  if (payloads.every((payload) => payload === undefined)) return;
  const { payloadOffset } = variantLayout(payloads);
  emitSwitch(code, { tag, cases: payloads.length }, (index) => {
    const payload = payloads[index];
    if (payload === undefined) return;
    const source = from.kind === "flat" ? flatPlace(sourceSlots) : behind(from, payloadOffset);
    const target = to.kind === "flat" ? flatPlace(targetSlots) : behind(to, payloadOffset);
    emitCopy(copying, payload, { from: source, to: target });
  });
}

const takeSlots = (place: Place & { readonly kind: "flat" }, count: number): Local[] =>
  Array.from({ length: count }, () => place.next());

interface Switch {
  readonly tag: Local;
  readonly cases: number;
}

/** One block for each case around a branch table: leaving block `n` is to come to case `n`. */
function emitSwitch(code: CodeWriter, { tag, cases }: Switch, body: (index: number) => void): void {
  for (let depth = 0; depth <= cases; depth += 1) code.openBlock();
  const labels = Array.from({ length: cases - 1 }, (_, label) => label);
  code.get(tag).branchTable(labels, cases - 1);
  for (let index = 0; index < cases; index += 1) {
    code.close();
    body(index);
    if (index < cases - 1) code.branch(cases - 1 - index);
  }
  code.close();
}
