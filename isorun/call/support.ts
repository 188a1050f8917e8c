/**
 * What generated code calls: one object for each lifted or lowered function, with the memory, the allocator and the
 * handles that its options and its instance give it. Checks of values throw TypeError, misbehaving guests TrapError.
 */
import type { StringEncoding } from "../decode/ast.ts";
import { TrapError } from "../errors/errors.ts";
import type { Layout } from "../types/layout.ts";
import { bigInteger, integer, nameOf } from "./check-value.ts";
import { Edge, type EdgeOptions } from "./edge.ts";
import type { BorrowScope, Handle, RuntimeResource } from "./handle-table.ts";
import type { MemoryAccess } from "./memory-access.ts";
import { type NumericConstructor, numbersIn } from "./numeric-array.ts";
import { ResourceValue } from "./resource-value.ts";
import {
  encodeString,
  isShortAscii,
  liftShortUtf8,
  liftString,
  shortMax,
  stringBytesMax,
  writeNarrow,
} from "./strings.ts";

const listBytesMax = 2 ** 28 - 1;
const float = new DataView(new ArrayBuffer(8));

interface Allocated {
  readonly pointer: number;
  readonly units: number;
}

/** For one call of the host: the value is what it has in its hands, if the resource is not its own. */
interface Lent {
  readonly handle: Handle;
  readonly value: ResourceValue | undefined;
}

export class Support extends Edge {
  readonly memory: MemoryAccess | undefined;
  readonly #options: EdgeOptions;
  /** Of the call that runs: what it was lent, and what it lends. */
  #scope: BorrowScope = { borrows: 0 };
  #lenders: Lent[] = [];
  readonly #outer: Lent[][] = [];
  /** Of the string that was lowered last, as the guest is told its length: an object for both would cost more. */
  units = 0;
  readonly #isUtf8: boolean;
  /** Bytes of the values that pass in one direction. */
  #messageBytes = 0;
  constructor(options: EdgeOptions) {
    super(options);
    this.#options = options;
    this.#isUtf8 = options.encoding === "utf8";
    this.memory = options.memory;
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
    this.#outer.push(this.#lenders);
    this.#lenders = [];
  }

  endLending(): void {
    for (const { handle, value } of this.#lenders) {
      handle.lends -= 1;
      if (value !== undefined) ResourceValue.end(value);
    }
    this.#lenders = this.#outer.pop() ?? [];
  }

  /** What passes from here on is another message. */
  beginMessage(): void {
    this.memory?.refresh();
    this.#messageBytes = 0;
  }

  /** @throws BudgetExhausted */
  #count(bytes: number): void {
    const { root } = this.#options.instance;
    this.#messageBytes += bytes;
    if (this.#messageBytes <= root.messageBytesMax) return;
    throw root.exhausted({ field: "maxMessageBytes", limit: root.messageBytesMax, used: this.#messageBytes });
  }

  // Lifting

  get #bytes(): Uint8Array {
    if (this.memory === undefined) throw new Error("validation asks for a memory where there are pointers");
    return this.memory.bytes;
  }

  liftString(pointer: number, units: number): string {
    const { encoding, words } = this.#options;
    this.#count(stringBytes(encoding, units));
    if (this.#isUtf8 && units <= shortMax && pointer + units <= this.#bytes.length) {
      return liftShortUtf8(this.#bytes, pointer, units);
    }
    const rules = { encoding, words: { outOfBounds: words.string, unaligned: words.unaligned } };
    return liftString(this.#bytes, { pointer, units }, rules);
  }

  checkList(pointer: number, count: number, { size, align }: Layout): void {
    const { words } = this.#options;
    if (count * size > listBytesMax) throw new TrapError(words.list);
    if (pointer % align !== 0) throw new TrapError(words.unaligned);
    if (pointer + count * size > this.#bytes.length) throw new TrapError(words.list);
    this.#count(count * size);
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
    const handle = this.#options.instance.handles.remove(index, resource);
    if (!handle.isOwn) throw new TrapError("cannot lift a borrowed handle as an owned one");
    if (resource.values !== undefined) return resource.values.take(handle.representation);
    return new ResourceValue(resource, handle.representation);
  }

  liftBorrow(index: number, resource: RuntimeResource): unknown {
    const handle = this.#options.instance.handles.get(index, resource);
    handle.lends += 1;
    const host = resource.values;
    const value = host === undefined ? ResourceValue.lent(resource, handle.representation) : undefined;
    this.#lenders.push({ handle, value });
    return host === undefined ? value : host.get(handle.representation);
  }

  // Lowering

  allocate(size: number, align: number): number {
    const { realloc, words, instance } = this.#options;
    if (realloc === undefined) throw new Error("validation asks for realloc where something is allocated");
    this.#count(size);
    const { words: states, leaveIndex } = this;
    states[leaveIndex] = 0;
    if (instance.hasContext) instance.beginThread();
    const pointer = realloc(0, 0, align, size) >>> 0;
    if (instance.hasContext) instance.endThread();
    this.memory?.refresh();
    if (pointer % align !== 0) throw new TrapError(words.reallocAlign);
    if (pointer + size > this.#bytes.length) throw new TrapError(words.reallocEnd);
    // Last: whoever finds that the instance may not be left knows that its allocator has failed.
    states[leaveIndex] = 1;
    return pointer;
  }

  allocateList(count: number, size: number, align: number): number {
    const length = count * size;
    if (length > listBytesMax) throw new TypeError(`the list takes ${length} bytes, more than ${listBytesMax}`);
    return this.allocate(length, align);
  }

  /** @returns where it lies; `units` says how long it is */
  lowerString(text: unknown): number {
    if (this.#isUtf8 && typeof text === "string" && isShortAscii(text)) {
      const { length } = text;
      const start = this.allocate(length, 1);
      writeNarrow(text, this.#bytes, start);
      this.units = length;
      return start;
    }
    const { byteLength, align, units, write } = encodeString(text, this.#options.encoding);
    const pointer = this.allocate(byteLength, align);
    write(this.#bytes, pointer);
    this.units = units;
    return pointer;
  }

  lowerNumbers(value: unknown, array: NumericConstructor, check: (item: unknown) => unknown): Allocated {
    const numbers = numbersIn(value, array) ?? this.#numbersOf(value, array, check);
    const pointer = this.allocateList(numbers.length, 1, array.BYTES_PER_ELEMENT);
    this.#bytes.set(numbers, pointer);
    return { pointer, units: numbers.length / array.BYTES_PER_ELEMENT };
  }

  #numbersOf(value: unknown, array: NumericConstructor, check: (item: unknown) => unknown): Uint8Array {
    const numbers = array.from(this.itemsOf(value).map((item) => check.call(this, item)) as never[]);
    return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  }

  /** The items of any iterable, of which there must be `count` if that is given. */
  itemsOf(value: unknown, count?: number): unknown[] {
    if (value === null || typeof value !== "object" || !(Symbol.iterator in value)) {
      throw new TypeError(`expected a list, found ${nameOf(value)}`);
    }
    const items: unknown[] = [];
    for (const item of value as Iterable<unknown>) {
      if (items.push(item) > (count ?? stringBytesMax)) break;
    }
    if (count === undefined && items.length > stringBytesMax) throw new TypeError("the list has too many items");
    if (count !== undefined && items.length !== count) {
      throw new TypeError(`expected ${count} items, found ${items.length > count ? "more" : items.length}`);
    }
    return items;
  }

  pairsOf(value: unknown): unknown[][] {
    return this.itemsOf(value).map((pair) => this.itemsOf(pair, 2));
  }

  checkObject(value: unknown, wanted: string): void {
    if (value === null || typeof value !== "object") throw new TypeError(`expected ${wanted}, found ${nameOf(value)}`);
  }

  /** A property whose name all objects inherit something under: only an own one is meant. */
  own(value: object, name: string): unknown {
    return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  }

  caseOf(tag: unknown, labels: readonly string[]): number {
    const index = typeof tag === "string" ? labels.indexOf(tag) : -1;
    if (index >= 0) return index;
    throw new TypeError(`expected one of ${labels.map((label) => `'${label}'`).join(", ")}, found ${nameOf(tag)}`);
  }

  flag(value: unknown): 0 | 1 {
    if (value === undefined || value === false) return 0;
    if (value === true) return 1;
    throw new TypeError(`expected a flag that is true or false, found ${nameOf(value)}`);
  }

  bool(value: unknown): 0 | 1 {
    if (typeof value !== "boolean") throw new TypeError(`expected a boolean, found ${nameOf(value)}`);
    return value ? 1 : 0;
  }

  u8 = (value: unknown): number => integer(value, 0, 0xff);
  s8 = (value: unknown): number => integer(value, -0x80, 0x7f);
  u16 = (value: unknown): number => integer(value, 0, 0xffff);
  s16 = (value: unknown): number => integer(value, -0x8000, 0x7fff);
  u32 = (value: unknown): number => integer(value, 0, 0xffffffff);
  s32 = (value: unknown): number => integer(value, -0x80000000, 0x7fffffff);
  u64 = (value: unknown): bigint => bigInteger(value, 0n, 0xffffffffffffffffn);
  s64 = (value: unknown): bigint => bigInteger(value, -0x8000000000000000n, 0x7fffffffffffffffn);

  f32 = (value: unknown): number => {
    if (typeof value !== "number") throw new TypeError(`expected a number, found ${nameOf(value)}`);
    return value;
  };

  f64 = this.f32;

  char(value: unknown): number {
    const code = typeof value === "string" ? value.codePointAt(0) : undefined;
    const isOne = code !== undefined && (value as string).length === (code > 0xffff ? 2 : 1);
    if (!isOne || (code >= 0xd800 && code <= 0xdfff)) {
      throw new TypeError(`expected a string of one Unicode scalar value, found ${nameOf(value)}`);
    }
    return code;
  }

  bitsOfF32(value: number): number {
    float.setFloat32(0, value, true);
    return float.getInt32(0, true);
  }

  bitsOfF64(value: number): bigint {
    float.setFloat64(0, value, true);
    return float.getBigInt64(0, true);
  }

  lowerOwn(value: unknown, resource: RuntimeResource): number {
    const { handles } = this.#options.instance;
    const representation = resource.values?.add(value) ?? ResourceValue.take(value, resource);
    const index = handles.add({ resource, representation, isOwn: true, scope: undefined, lends: 0 });
    // Of an answer of the host nothing is taken back: what cannot be lowered is a trap.
    const given = resource.values === undefined ? value : undefined;
    if (this.host !== undefined) this.taken.push({ value: given, index, resource, isOwn: true });
    return index;
  }

  /** Who defines a resource is given the representation itself. */
  lowerBorrow(value: unknown, resource: RuntimeResource): number {
    const representation = resource.values?.add(value) ?? ResourceValue.look(value, resource);
    if (resource.values !== undefined) this.loans.push({ values: resource.values, representation });
    if (resource.owner === this.#options.instance) return representation;
    const scope = this.#scope;
    const { handles } = this.#options.instance;
    const index = handles.add({ resource, representation, isOwn: false, scope, lends: 0 });
    scope.borrows += 1;
    this.taken.push({ value: undefined, index, resource, isOwn: false });
    return index;
  }
}

/** Of latin1+utf16, in units that say of themselves which they are. */
const utf16Tag = 2 ** 31;

function stringBytes(encoding: StringEncoding, units: number): number {
  if (encoding === "utf8") return units;
  if (encoding === "utf16") return units * 2;
  return units >= utf16Tag ? (units - utf16Tag) * 2 : units;
}
