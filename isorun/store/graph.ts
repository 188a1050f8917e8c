/**
 * Plain values as bytes, and back: objects with fixed fields, lists, maps, and what stands in several places as one
 * object. Identity matters to whoever reads it (resources are equal only if they are the same object), which JSON loses;
 * the platform's structured clone keeps it, and is no part of the web that gives bytes.
 *
 *   u32 length of the tables, the tables as JSON, padding to four bytes, then words:
 *   each node is an opcode and its parts, those that others refer to in front; the last one is the value itself
 *
 * What is read was written by this program, and its seal was checked: it is not checked again.
 */

/** Objects that are more than their fields. */
export type Special = NumberedSpecial | PlainSpecial;

interface NumberedSpecial {
  readonly is: (value: object) => boolean;
  /** What stands for it: numbers. */
  readonly encode: (value: object) => readonly number[];
  readonly decode: (words: readonly number[]) => object;
}

interface PlainSpecial {
  readonly is: (value: object) => boolean;
  /** What stands for it: a plain value, which is kept in its place. */
  readonly toPlain: (value: object) => object;
  readonly ofPlain: (plain: unknown) => object;
}

interface Tables {
  readonly strings: string[];
  readonly numbers: string[];
  /** Names of fields, in order, of each kind of object. */
  readonly shapes: string[][];
}

const opcodes = { list: 0, map: 1, special: 2, object: 3 } as const;

/** Kinds of references, in the lowest three bits. */
const kinds = { node: 0, string: 1, integer: 2, constant: 3, number: 4, bigint: 5 } as const;
const constants: readonly unknown[] = [undefined, null, true, false];
const integerMax = 2 ** 28;

/** @throws TypeError for what is no plain value */
export function encodeGraph(root: unknown, specials: readonly Special[]): Uint8Array {
  const encoder = new Encoder(specials);
  encoder.add(root);
  return encoder.bytes(root);
}

class Encoder {
  readonly #specials: readonly Special[];
  readonly #words: number[] = [];
  readonly #nodes = new Map<object, number>();
  readonly #plain = new Map<object, object>();
  readonly #strings = new Map<string, number>();
  readonly #shapes = new Map<string, number>();
  readonly #tables: Tables = { strings: [], numbers: [], shapes: [] };

  constructor(specials: readonly Special[]) {
    this.#specials = specials;
  }

  bytes(root: unknown): Uint8Array {
    const tables = new TextEncoder().encode(JSON.stringify({ ...this.#tables, root: this.#reference(root) }));
    const start = 4 + tables.length + (-tables.length & 3);
    const bytes = new Uint8Array(start + this.#words.length * 4);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, tables.length, true);
    bytes.set(tables, 4);
    for (const [place, word] of this.#words.entries()) view.setInt32(start + place * 4, word, true);
    return bytes;
  }

  /** Everything below `root`, the innermost first; without recursion, since components nest a thousand levels deep. */
  add(root: unknown): void {
    const waiting: unknown[] = [root];
    while (waiting.length > 0) {
      const value = waiting.at(-1);
      if (typeof value !== "object" || value === null || this.#nodes.has(value)) {
        waiting.pop();
        continue;
      }
      const missing = this.#partsOf(value).filter((part) => this.#isMissing(part));
      if (missing.length === 0) {
        this.#write(value);
        waiting.pop();
      } else {
        // One by one: a call takes no more arguments than its stack does, and a component has as many types as it likes.
        for (const part of missing) waiting.push(part);
      }
    }
  }

  #isMissing(part: unknown): boolean {
    return typeof part === "object" && part !== null && !this.#nodes.has(part);
  }

  #partsOf(value: object): readonly unknown[] {
    if (Array.isArray(value)) return value;
    if (value instanceof Map) return [...value.keys(), ...value.values()];
    const special = this.#specials.find((each) => each.is(value));
    if (special === undefined) return Object.values(value);
    return "toPlain" in special ? [this.#plainOf(special, value)] : [];
  }

  /** One object for each, however often it is asked for. */
  #plainOf({ toPlain }: PlainSpecial, value: object): object {
    const plain = this.#plain.get(value) ?? toPlain(value);
    this.#plain.set(value, plain);
    return plain;
  }

  #write(value: object): void {
    const index = this.#specials.findIndex((each) => each.is(value));
    const special = this.#specials[index];
    if (special !== undefined) {
      const isPlain = "toPlain" in special;
      const words = isPlain ? [this.#reference(this.#plainOf(special, value))] : special.encode(value);
      this.#words.push(opcodes.special, index, words.length, ...words);
    } else if (Array.isArray(value)) {
      this.#words.push(opcodes.list, value.length);
      for (const part of value) this.#words.push(this.#reference(part));
    } else if (value instanceof Map) {
      this.#words.push(opcodes.map, value.size);
      for (const [key, item] of value) this.#words.push(this.#reference(key), this.#reference(item));
    } else {
      this.#writeObject(value);
    }
    this.#nodes.set(value, this.#nodes.size);
  }

  #writeObject(value: object): void {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype) throw new TypeError("only plain objects can be kept");
    const names = Object.keys(value);
    this.#words.push(opcodes.object + this.#shapeOf(names));
    for (const part of Object.values(value)) this.#words.push(this.#reference(part));
  }

  #shapeOf(names: string[]): number {
    const key = names.join("\0");
    const known = this.#shapes.get(key);
    if (known !== undefined) return known;
    this.#shapes.set(key, this.#tables.shapes.length);
    return this.#tables.shapes.push(names) - 1;
  }

  #reference(value: unknown): number {
    if (typeof value === "object" && value !== null) return ((this.#nodes.get(value) ?? 0) << 3) | kinds.node;
    if (typeof value === "string") return (this.#stringAt(value) << 3) | kinds.string;
    if (typeof value === "bigint") return (this.#stringAt(String(value)) << 3) | kinds.bigint;
    if (typeof value === "number") return this.#numberReference(value);
    const constant = constants.indexOf(value);
    if (constant < 0) throw new TypeError(`a value of type '${typeof value}' cannot be kept`);
    return (constant << 3) | kinds.constant;
  }

  #numberReference(value: number): number {
    const isSmall = Number.isInteger(value) && Math.abs(value) < integerMax && !Object.is(value, -0);
    if (isSmall) return (value << 3) | kinds.integer;
    return ((this.#tables.numbers.push(Object.is(value, -0) ? "-0" : String(value)) - 1) << 3) | kinds.number;
  }

  #stringAt(value: string): number {
    const known = this.#strings.get(value);
    if (known !== undefined) return known;
    this.#strings.set(value, this.#tables.strings.length);
    return this.#tables.strings.push(value) - 1;
  }
}

/** What `encodeGraph` was given, with the same specials. */
export function decodeGraph(bytes: Uint8Array, specials: readonly Special[]): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + length));
  const tables = JSON.parse(text) as Tables & { readonly root: number }; // written so
  const start = 4 + length + (-length & 3);
  const words = wordsOf(bytes.subarray(start));
  return new Decoder({ words, tables, specials }).read(tables.root);
}

/** A copy where the place of the bytes is not one for words. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const placed = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Int32Array(placed.buffer, placed.byteOffset, placed.length >> 2);
}

interface Source {
  readonly words: Int32Array;
  readonly tables: Tables;
  readonly specials: readonly Special[];
}

class Decoder {
  readonly #words: Int32Array;
  readonly #tables: Tables;
  readonly #specials: readonly Special[];
  readonly #nodes: unknown[] = [];
  #at = 0;

  constructor({ words, tables, specials }: Source) {
    this.#words = words;
    this.#tables = tables;
    this.#specials = specials;
  }

  read(root: number): unknown {
    while (this.#at < this.#words.length) this.#nodes.push(this.#readNode());
    return this.#value(root);
  }

  #next(): number {
    const word = this.#words[this.#at] ?? 0;
    this.#at += 1;
    return word;
  }

  #readNode(): unknown {
    const opcode = this.#next();
    if (opcode >= opcodes.object) return this.#readObject(this.#tables.shapes[opcode - opcodes.object] ?? []);
    if (opcode === opcodes.special) return this.#readSpecial();
    const size = this.#next();
    if (opcode === opcodes.map) {
      const map = new Map<unknown, unknown>();
      for (let count = 0; count < size; count += 1) {
        const key = this.#value(this.#next());
        map.set(key, this.#value(this.#next()));
      }
      return map;
    }
    const list: unknown[] = [];
    for (let count = 0; count < size; count += 1) list.push(this.#value(this.#next()));
    return list;
  }

  #readObject(names: readonly string[]): unknown {
    const object: Record<string, unknown> = {};
    for (const name of names) object[name] = this.#value(this.#next());
    return object;
  }

  #readSpecial(): unknown {
    const special = this.#specials[this.#next()];
    const length = this.#next();
    const words = Array.from(this.#words.subarray(this.#at, this.#at + length));
    this.#at += length;
    if (special === undefined) return undefined;
    return "ofPlain" in special ? special.ofPlain(this.#value(words[0] ?? 0)) : special.decode(words);
  }

  #value(reference: number): unknown {
    const index = reference >> 3;
    switch (reference & 7) {
      case kinds.node:
        return this.#nodes[index];
      case kinds.string:
        return this.#tables.strings[index];
      case kinds.integer:
        return index;
      case kinds.constant:
        return constants[index];
      case kinds.number:
        return Number(this.#tables.numbers[index]);
      default:
        return BigInt(this.#tables.strings[index] ?? "0");
    }
  }
}
