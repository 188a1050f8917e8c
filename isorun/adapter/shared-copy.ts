/**
 * Copies that have a function of their own in the adapter: one for each type, direction and kind of places. It is given
 * the flat values of what it copies, or where it lies, and where the copy is to be, if not on the stack; and how many
 * handles have been lent, which it gives back.
 */
import type { ValueType } from "../types/component-types.ts";
import { type FlatType, flattenType } from "../types/flatten.ts";
import { TypeSharing } from "../types/type-sharing.ts";
import { CodeWriter, type Local } from "./code-writer.ts";
import {
  type Copying,
  flatPlace,
  memoryPlace,
  type Place,
  type Route,
  type SharedCopies,
  type SharedCopy,
} from "./copying.ts";
import type { FunctionBody } from "./module-writer.ts";
import { fromSlot, toSlot } from "./scalar-copy.ts";

/** A function that has grown to this hands on what else it copies: engines allow 7.6 MB, and are slow long before. */
const codeBytesMax = 0x4000;

interface Adapter {
  readonly addFunc: (body: FunctionBody) => number;
  readonly copyingWith: (code: CodeWriter, lent: Local | undefined) => Copying;
}

/** Those of one direction. */
export class SharedFuncs implements SharedCopies {
  readonly #sharing: TypeSharing;
  readonly #adapter: Adapter;
  readonly #known = new Map<ValueType, Map<string, number>>();

  /** @param types what is copied */
  constructor(types: readonly ValueType[], adapter: Adapter) {
    this.#sharing = new TypeSharing(types);
    this.#adapter = adapter;
  }

  /** Whether the type is to be copied by a function, where this one is being written. */
  has(type: ValueType, { code: { length } }: CodeWriter): boolean {
    return this.#sharing.isShared(type, length > codeBytesMax);
  }

  /** The index of the function. */
  indexOf(copy: SharedCopy): number {
    const ofType = this.#known.get(copy.type) ?? new Map<string, number>();
    this.#known.set(copy.type, ofType);
    const key = `${copy.route.from.kind} ${copy.route.to.kind}`;
    const index = ofType.get(key) ?? this.#write(copy);
    ofType.set(key, index);
    return index;
  }

  #write({ type, route: { from, to }, counter, write }: SharedCopy): number {
    const flat = flattenType(type);
    const given = from.kind === "flat" ? flat : word;
    const code = new CodeWriter([...given, ...(to.kind === "flat" ? [] : word), ...counter]);
    const lent = counter.length > 0 ? code.params.at(-1) : undefined;
    const results = to.kind === "flat" ? flat.map((each) => code.local(each)) : [];
    const source = from.kind === "flat" ? flatPlace(code.params) : placeAt(code.params[0]);
    const target = to.kind === "flat" ? flatPlace(results) : placeAt(code.params[given.length]);
    write(this.#adapter.copyingWith(code, lent), type, { from: source, to: target });
    for (const local of results) code.get(local);
    if (lent !== undefined) code.get(lent);
    const types = { params: code.params.map((param) => param.type), results: results.map((result) => result.type) };
    const signature = { params: types.params, results: [...types.results, ...counter] };
    return this.#adapter.addFunc({ type: signature, locals: code.locals, code: code.code });
  }
}

const word: readonly FlatType[] = ["i32"];

/** Emits the call, and the function if there is none yet. */
export function emitSharedCopy(copying: Copying, shared: Omit<SharedCopy, "counter">): void {
  const { code } = copying;
  const { type, route } = shared;
  const flat = flattenType(type);
  const lent = type.hasBorrow ? copying.lent : undefined;
  const func = copying.shared.indexOf({ ...shared, counter: lent === undefined ? [] : word });
  pushArguments(code, flat, route);
  if (lent !== undefined) code.get(lent);
  code.call(func);
  if (lent !== undefined) code.set(lent);
  if (route.to.kind === "flat") takeResults(code, flat, route.to);
}

function placeAt(pointer: Local | undefined): Place {
  if (pointer === undefined) throw new Error("a value in memory has a pointer");
  return memoryPlace(pointer);
}

function pushArguments(code: CodeWriter, flat: readonly FlatType[], { from, to }: Route): void {
  if (from.kind === "memory") pushAddress(code, from);
  else {
    for (const want of flat) {
      const slot = from.next();
      code.get(slot);
      fromSlot(code, slot.type, want);
    }
  }
  if (to.kind === "memory") pushAddress(code, to);
}

function pushAddress(code: CodeWriter, { pointer, offset }: Place & { readonly kind: "memory" }): void {
  code.get(pointer);
  if (offset > 0) code.i32(offset).op("i32.add");
}

/** The last one is on the top of the stack. */
function takeResults(code: CodeWriter, flat: readonly FlatType[], to: Place & { readonly kind: "flat" }): void {
  const slots = flat.map((have) => ({ have, slot: to.next() }));
  for (const { have, slot } of slots.reverse()) {
    toSlot(code, have, slot.type);
    code.set(slot);
  }
}
