/**
 * What generated code calls: one object for each lifted or lowered function, with the memory, the allocator and the
 * handles that its options and its instance give it. Checks of values throw TypeError, misbehaving guests TrapError.
 */
import { argumentError } from "../../core/argument-error.ts";
import { TrapError } from "../errors/errors.ts";
import type { Layout } from "../types/layout.ts";
import { charCode, nameOf } from "./check-value.ts";
import type { EdgeOptions } from "./edge.ts";
import { type BorrowScope, makeHandle, type RuntimeResource } from "./handle-table.ts";
import { HostLending } from "./host-lending.ts";
import { MessageEdge } from "./message-edge.ts";
import { type NumericConstructor, numbersIn } from "./numeric-array.ts";
import { readItems } from "./read-items.ts";
import { ResourceValue } from "./resource-value.ts";
import {
  type EncodedString,
  encodeString,
  isShortAscii,
  liftShortUtf8,
  liftString,
  shortMax,
  stringBytes,
  stringBytesMax,
  writeNarrow,
} from "./strings.ts";
import { errorIn, type OuterPlace, refusalError } from "./value-error.ts";
import { countOf, type ValuePlace } from "./value-place.ts";

const listBytesMax = 2 ** 28 - 1;
const float = new DataView(new ArrayBuffer(8));

interface KeptLayout extends Layout {
  readonly kept: number;
}

export class Support extends MessageEdge {
  readonly #options: EdgeOptions;
  /** Of the call that runs. */
  #scope: BorrowScope = { borrows: 0 };
  #lending: HostLending | undefined;
  /** Of the string that was lowered last, as the guest is told its length: an object for both would cost more. */
  units = 0;
  /** Of the list of numbers that was refused last: which item it was for, and where it stands. */
  refusedItem: unknown;
  refusedIndex = -1;
  readonly char = charCode;
  #found: string | undefined;
  readonly #isUtf8: boolean;
  constructor(options: EdgeOptions) {
    super(options);
    this.#options = options;
    this.#isUtf8 = options.encoding === "utf8";
  }

  /** Counts the borrows of one call. @returns what `closeScope` has to be given */
  openScope(): BorrowScope {
    const before = this.#scope;
    this.#scope = { borrows: 0 };
    return before;
  }

  /** @throws TrapError if the guest keeps what it was lent */
  closeScope(before: BorrowScope): void {
    if (this.#scope.borrows > 0) throw new TrapError("borrow handles still remain at the end of the call");
    this.#scope = before;
    this.endLoans();
  }

  postReturn(post: (...flat: unknown[]) => void, ...flat: unknown[]): void {
    const { instance } = this.#options;
    instance.mayLeave = false;
    post(...flat);
    instance.mayLeave = true;
  }

  beginLending(): void {
    this.#lending ??= new HostLending(this.#options.instance.handles);
    this.#lending.begin();
  }

  endLending(): void {
    this.#lending?.end();
  }

  // Lifting

  get #bytes(): Uint8Array {
    if (this.memory === undefined) throw new Error("validation asks for a memory where there are pointers");
    return this.memory.bytes;
  }

  liftString(pointer: number, units: number): string {
    const { encoding, words } = this.#options;
    const length = stringBytes(encoding, units);
    // What does not lie in the memory is a trap, whatever it would take.
    if (pointer + length <= this.#bytes.length) this.count(length);
    if (this.#isUtf8 && units <= shortMax && pointer + units <= this.#bytes.length) {
      return liftShortUtf8(this.#bytes, pointer, units);
    }
    const rules = { encoding, words: { outOfBounds: words.string, unaligned: words.unaligned } };
    return liftString(this.#bytes, { pointer, units }, rules);
  }

  /** Of numbers. */
  checkList(pointer: number, count: number, layout: Layout): void {
    this.#requireList(pointer, count, layout);
    this.count(count * layout.size);
  }

  /** Of all else, with what the host keeps for each (kept-bytes.ts): nothing is made before it may be. */
  checkItems(pointer: number, count: number, layout: KeptLayout): void {
    this.#requireList(pointer, count, layout);
    this.count(count * (layout.size + layout.kept));
  }

  #requireList(pointer: number, count: number, { size, align }: Layout): void {
    const { words } = this.#options;
    if (count * size > listBytesMax) throw new TrapError(words.list);
    if (pointer % align !== 0) throw new TrapError(words.unaligned);
    if (pointer + count * size > this.#bytes.length) throw new TrapError(words.list);
  }

  /** For parameters and results that go through memory as one record. */
  checkRecord(pointer: number, size: number, align: number): void {
    const { words } = this.#options;
    if (pointer % align !== 0) throw new TrapError(words.unaligned);
    if (pointer + size > this.#bytes.length) throw new TrapError(words.list);
  }

  liftChar(code: number): string {
    if (code >= 0x110000 || (code >= 0xd800 && code <= 0xdfff)) throw new TrapError("invalid `char` bit pattern");
    return String.fromCodePoint(code);
  }

  failDiscriminant(): never {
    throw new TrapError("invalid variant discriminant");
  }

  f32FromBits(bits: number): number {
    float.setInt32(0, bits, true);
    return float.getFloat32(0, true);
  }

  f64FromBits(bits: bigint): number {
    float.setBigInt64(0, bits, true);
    return float.getFloat64(0, true);
  }

  liftOwn(index: number, resource: RuntimeResource): unknown {
    const { instance } = this.#options;
    const handle = instance.handles.remove(index, resource);
    if (!handle.isOwn) throw new TrapError("cannot lift a borrowed handle as an owned one");
    // Its own ends with it, whoever has it.
    if (resource.owner !== instance) instance.handles.send(handle);
    const { values } = resource;
    return values === undefined
      ? new ResourceValue(resource, handle.representation)
      : values.get(handle.representation);
  }

  /** All that was lifted is the host's from now on: before, what fails ends the instance, which drops what it gave. */
  arrive(): void {
    this.#options.instance.handles.arrive();
  }

  liftBorrow(index: number, resource: RuntimeResource): unknown {
    return this.#lending?.lend(index, resource);
  }

  // Lowering

  allocate(size: number, align: number): number {
    this.count(size);
    return this.#allocate(size, align);
  }

  #allocate(size: number, align: number): number {
    const { realloc, words, instance } = this.#options;
    if (realloc === undefined) throw new Error("validation asks for realloc where something is allocated");
    this.requireGoing();
    this.words[this.leaveIndex] = 0;
    if (instance.hasContext) instance.beginThread();
    const pointer = realloc(0, 0, align, size) >>> 0;
    if (instance.hasContext) instance.endThread();
    this.memory?.refresh();
    if (pointer % align !== 0) throw new TrapError(words.reallocAlign);
    if (pointer + size > this.#bytes.length) throw new TrapError(words.reallocEnd);
    // Last: whoever finds that the instance may not be left knows that its allocator has failed.
    this.words[this.leaveIndex] = 1;
    return pointer;
  }

  allocateList(count: number, size: number, align: number): number {
    this.#requireLength(count * size);
    this.countItems(count, size);
    return this.#allocate(count * size, align);
  }

  #requireLength(length: number): void {
    if (length <= listBytesMax) return;
    throw argumentError(this.named(`a list takes ${length} bytes, more than ${listBytesMax}`));
  }

  /** @returns where it lies, and `units` says how long it is; below zero if it is refused @throws BudgetExhausted */
  lowerString(text: unknown): number {
    if (this.#isUtf8 && typeof text === "string" && isShortAscii(text)) {
      const { length } = text;
      const start = this.allocate(length, 1);
      writeNarrow(text, this.#bytes, start);
      this.units = length;
      return start;
    }
    const encoded = this.#encoded(text);
    if (encoded === undefined) return -1;
    const { byteLength, align, units, write } = encoded;
    const pointer = this.allocate(byteLength, align);
    write(this.#bytes, pointer);
    this.units = units;
    return pointer;
  }

  #encoded(text: unknown): EncodedString | undefined {
    if (typeof text !== "string") return undefined;
    // Each unit takes a byte at least: what is too much is not encoded first.
    if (text.length > this.#options.instance.root.messageBytesMax) this.count(text.length);
    if (!text.isWellFormed()) return this.#refuse("one with an unpaired surrogate");
    return encodeString(text, this.#options.encoding) ?? this.#refuse(`one of more than ${stringBytesMax} bytes`);
  }

  /** Of a list of numbers, as for strings; `refusedIndex` says of which item it is not, if it is not for itself. */
  lowerNumbers(value: unknown, array: NumericConstructor, fits: (item: unknown) => boolean): number {
    const numbers = numbersIn(value, array) ?? this.#numbersOf(value, array, fits);
    if (numbers === undefined) return -1;
    this.#requireLength(numbers.length);
    const pointer = this.allocate(numbers.length, array.BYTES_PER_ELEMENT);
    this.#bytes.set(numbers, pointer);
    this.units = numbers.length / array.BYTES_PER_ELEMENT;
    return pointer;
  }

  #numbersOf(value: unknown, array: NumericConstructor, fits: (item: unknown) => boolean): Uint8Array | undefined {
    this.refusedIndex = -1;
    const items = this.listOf(value, array.BYTES_PER_ELEMENT);
    if (items === undefined) return undefined;
    this.refusedIndex = items.findIndex((item) => !fits(item));
    this.refusedItem = items[this.refusedIndex];
    if (this.refusedIndex >= 0) return undefined;
    const numbers = array.from(items as never[]);
    return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  }

  /** The items of any iterable object, which take this many bytes each: no more is read than can be given. */
  listOf(value: unknown, size: number): unknown[] | undefined {
    const { root } = this.#options.instance;
    const most = Math.floor(this.#listBytesMax / size);
    const affordable = Math.floor((root.messageBytesMax - this.messageBytes) / size);
    const items = readItems(value, { most: Math.min(most, affordable), look: this.look });
    if (typeof items !== "number") return items;
    // What is one too many exhausts the budget.
    if (affordable < most) this.count(items * size);
    return this.#refuse(`one of more than ${most} items${this.#roomWords}`);
  }

  /** Why a list may not be longer, where it is not for its type. */
  get #roomWords(): string {
    const least = this.#listBytesMax;
    if (least === listBytesMax) return "";
    return `, which is what ${least === this.#options.memoryBytesMax ? "its memory" : "'maxMemoryBytes'"} has room for`;
  }

  /** Of a list: what its length can say, and what the memory can ever hold. */
  get #listBytesMax(): number {
    const { memoryBytesMax, instance } = this.#options;
    return Math.min(listBytesMax, memoryBytesMax, instance.root.memoryBytesMax);
  }

  /** The same, of which there must be `count`. */
  itemsOf(value: unknown, count: number): unknown[] | undefined {
    const items = readItems(value, { most: count, look: this.look });
    if (items === undefined) return undefined;
    if (typeof items === "number") return this.#refuse("one of more");
    return items.length === count ? items : this.#refuse(`one of ${countOf(items.length)}`);
  }

  pairsOf(value: unknown, size: number): unknown[][] | undefined {
    const items = this.listOf(value, size);
    if (items === undefined) return undefined;
    const pairs: unknown[][] = [];
    const limits = { most: 2, look: this.look };
    for (const item of items) {
      const pair = readItems(item, limits);
      if (typeof pair === "object" && pair.length === 2) pairs.push(pair);
      else break;
    }
    const wrong = pairs.length < items.length ? pairs.length : -1;
    return wrong < 0 ? pairs : this.#refuse(`one whose item ${wrong} is no pair`);
  }

  /** A property whose name all objects inherit something under: only an own one is meant. */
  own(value: object, name: string): unknown {
    return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  }

  /** Whether it has no property that no flag is named like. */
  hasOnly(value: object, names: ReadonlySet<string>): boolean {
    // Neither are lists of names meant; their properties are indices, and may be very many.
    if (Array.isArray(value) || ArrayBuffer.isView(value) || Symbol.iterator in value) return false;
    for (const name of Object.keys(value)) {
      if (names.has(name)) continue;
      this.#refuse(`one with ${nameOf(name)}`);
      return false;
    }
    return true;
  }

  /** Below zero if it is none. */
  caseOf(tag: unknown, labels: readonly string[]): number {
    return typeof tag === "string" ? labels.indexOf(tag) : -1;
  }

  /** Says of what is refused what it is, where its own text would not. */
  #refuse(found: string): undefined {
    this.#found = found;
    return undefined;
  }

  /** @throws TypeError */
  refuseValue(place: ValuePlace, value: unknown, items: readonly number[]): never {
    const found = this.#found;
    this.#found = undefined;
    throw refusalError({ place, items, value, found }, (words) => this.named(words));
  }

  /** What a function of the text refused, which does not know the place around it; anything else as it is. */
  refusedIn(error: unknown, place: OuterPlace, items: readonly number[]): unknown {
    return errorIn(error, { place, items, named: (words) => this.named(words) });
  }

  bitsOfF32(value: number): number {
    float.setFloat32(0, value, true);
    return float.getInt32(0, true);
  }

  bitsOfF64(value: number): bigint {
    float.setFloat64(0, value, true);
    return float.getBigInt64(0, true);
  }

  lowerOwn(value: unknown, resource: RuntimeResource): number | undefined {
    const { values } = resource;
    const wrong = values === undefined ? ResourceValue.whyNot(value, { resource, isOwn: true }) : undefined;
    if (wrong !== undefined) return this.#refuse(wrong);
    const { handles } = this.#options.instance;
    const representation = values?.add(value) ?? ResourceValue.look(value);
    const handle = makeHandle({ resource, representation });
    let index;
    try {
      this.requireGoing();
      index = handles.add(handle);
    } catch (error) {
      if (values !== undefined) this.#giveUp(resource, representation);
      throw error;
    }
    if (values === undefined) ResourceValue.take(value);
    // Of an answer of the host nothing is taken back: what cannot be lowered is a trap.
    if (this.host !== undefined) this.taken.push({ value: values === undefined ? value : undefined, index, handle });
    return index;
  }

  /** A value of the host that no guest gets: an instance that ends has it dropped, and of an argument nothing becomes. */
  #giveUp({ values, drop }: RuntimeResource, representation: number): void {
    try {
      if (this.host !== undefined && !this.root.hasRunOut) values?.take(representation);
      else drop(representation);
    } catch {
      // What ended the instance is what its caller has to know.
    }
  }

  /** Who defines a resource is given the representation itself. */
  lowerBorrow(value: unknown, resource: RuntimeResource): number | undefined {
    const { values } = resource;
    const wrong = values === undefined ? ResourceValue.whyNot(value, { resource, isOwn: false }) : undefined;
    if (wrong !== undefined) return this.#refuse(wrong);
    const lender = values === undefined ? ResourceValue.lend(value) : undefined;
    const representation = values?.add(value) ?? ResourceValue.look(value);
    this.loans.push({ values, lender, representation });
    if (resource.owner === this.#options.instance) return representation;
    const scope = this.#scope;
    const handle = makeHandle({ resource, representation, scope, lender });
    const index = this.#options.instance.handles.add(handle);
    scope.borrows += 1;
    this.taken.push({ value: undefined, index, handle });
    return index;
  }
}
