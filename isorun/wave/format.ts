/**
 * Writes values as WAVE, so that reading gives the same values. A value that is not of its type is the caller's mistake
 * and a TypeError; nothing is written that could not be read.
 */
import { UnsupportedError } from "../errors/errors.ts";
import type { ValueType, ValueTypeOf } from "../types/component-types.ts";
import { propertyNames } from "../types/property-name.ts";
import { areIntegers, arrayItems } from "./array-items.ts";
import { nestingMax } from "./cursor.ts";
import { describeType } from "./describe-type.ts";
import { formatPrimitive, formatString } from "./format-primitive.ts";
import { isKeyword, labelsOf } from "./labels.ts";

/** @throws TypeError; UnsupportedError for handles, streams and futures, which WAVE has no text for */
export function formatWave(value: unknown, type: ValueType): string {
  const pieces: string[] = [];
  writeWave({ value, type }, (piece) => void pieces.push(piece));
  return pieces.join("");
}

/**
 * The same in pieces of some 64 KiB, as they are made: a text is many times as large as its value. What `take` throws ends
 * it.
 */
export function writeWave({ value, type }: Typed, take: (piece: string) => void): void {
  const writer = new Writer(take);
  writer.write(value, type);
  writer.end();
}

interface Typed {
  readonly value: unknown;
  readonly type: ValueType;
}

interface Entry extends Typed {
  readonly before: string;
}

const pieceLength = 1 << 16;
/** Of a list of integers, which are turned into text together. */
const runLength = 1 << 12;

class Writer {
  readonly #take: (piece: string) => void;
  #piece = "";
  #depth = 0;

  constructor(take: (piece: string) => void) {
    this.#take = take;
  }

  end(): void {
    if (this.#piece !== "") this.#take(this.#piece);
    this.#piece = "";
  }

  #push(text: string): void {
    this.#piece += text;
    if (this.#piece.length >= pieceLength) this.end();
  }

  write(value: unknown, type: ValueType): void {
    if (type.kind !== "primitive") this.#nest(() => this.#writeCompound(value, type));
    else if (type.primitive !== "string" || typeof value !== "string")
      this.#push(formatPrimitive(value, type.primitive));
    else for (const part of formatString(value)) this.#push(part);
  }

  #nest(write: () => void): void {
    if (this.#depth >= nestingMax) throw new TypeError(`the value is nested deeper than ${nestingMax} levels`);
    this.#depth += 1;
    write();
    this.#depth -= 1;
  }

  #writeCompound(value: unknown, type: ValueType): void {
    if (type.kind === "list" || type.kind === "fixed-list") this.#writeList(value, type);
    else if (type.kind === "tuple") this.#writeTuple(value, type);
    else if (type.kind === "record") this.#writeRecord(value, type);
    else if (type.kind === "map") this.#writeMap(value, type);
    else if (type.kind === "flags") this.#push(formatFlags(value, type));
    else if (type.kind === "enum") this.#push(formatCase(value, type));
    else if (type.kind === "variant") this.#writeVariant(value, type);
    else if (type.kind === "result") this.#writeResult(value, type);
    else if (type.kind === "option") this.#writeOption(taggedOption(value), type);
    else throw new UnsupportedError(`a value of type '${type.kind}' in WAVE`);
  }

  #writeEntries(entries: Iterable<Entry>, [open, close]: readonly [string, string]): void {
    let before = open;
    for (const entry of entries) {
      this.#push(before + entry.before);
      this.write(entry.value, entry.type);
      before = ", ";
    }
    this.#push(before === open ? `${open}${close}` : close);
  }

  #writeList(value: unknown, type: ValueTypeOf<"list" | "fixed-list">): void {
    const items = itemsOf(value, type);
    if (type.kind === "fixed-list" && items.length !== type.length) throw mismatch(value, type);
    const { element } = type;
    let before = "[";
    if (areIntegers(items, element)) {
      for (let at = 0; at < items.length; at += runLength) {
        this.#push(before + items.subarray(at, at + runLength).join(", "));
        before = ", ";
      }
    } else {
      for (let at = 0; at < items.length; at += 1) {
        this.#push(before);
        this.write(items[at], element);
        before = ", ";
      }
    }
    this.#push(items.length === 0 ? "[]" : "]");
  }

  #writeTuple(value: unknown, type: ValueTypeOf<"tuple">): void {
    const items = itemsOf(value, type);
    if (items.length !== type.types.length) throw mismatch(value, type);
    this.#writeEntries(
      type.types.map((part, index) => ({ before: "", value: items[index], type: part })),
      ["(", ")"],
    );
  }

  /** Options that have no value are left out; a record of nothing else is `{:}`. */
  #writeRecord(value: unknown, type: ValueTypeOf<"record">): void {
    const fields = objectOf(value, type);
    const names = propertyNames(type.fields.map(({ label }) => label));
    const entries = type.fields
      .map(({ label, type: part }, index) => ({
        before: `${label}: `,
        value: propertyOf(fields, names[index] ?? ""),
        type: part,
      }))
      .filter((entry) => entry.type.kind !== "option" || taggedOption(entry.value).tag === "some");
    if (entries.length === 0) this.#push("{:}");
    else this.#writeEntries(entries, ["{", "}"]);
  }

  #writeMap(value: unknown, type: ValueTypeOf<"map">): void {
    const pairs = itemsOf(value, type);
    this.#push("{");
    for (let at = 0; at < pairs.length; at += 1) {
      const pair = itemsOf(pairs[at], type);
      if (at > 0) this.#push(", ");
      this.write(pair[0], type.key);
      this.#push(": ");
      this.write(pair[1], type.value);
    }
    this.#push("}");
  }

  #writeVariant(value: unknown, type: ValueTypeOf<"variant">): void {
    const { tag, val } = objectOf(value, type);
    this.#push(formatCase(tag, type));
    this.#writePayload(val, labelsOf(type).get(String(tag)));
  }

  #writeResult(value: unknown, type: ValueTypeOf<"result">): void {
    const { tag, val } = objectOf(value, type);
    if (tag !== "ok" && tag !== "err") throw mismatch(value, type);
    this.#push(tag);
    this.#writePayload(val, tag === "ok" ? type.ok : type.error);
  }

  #writePayload(value: unknown, type: ValueType | undefined): void {
    if (type !== undefined) this.#writeEntries([{ before: "", value, type }], ["(", ")"]);
  }

  /** An option that stands directly in another one has its tag already. */
  #writeOption(option: unknown, type: ValueTypeOf<"option">): void {
    const { tag, val } = objectOf(option, type);
    if (tag === "none") {
      this.#push("none");
    } else if (tag !== "some") {
      throw mismatch(option, type);
    } else if (type.type.kind === "option") {
      const inner = type.type;
      this.#push("some(");
      this.#nest(() => this.#writeOption(val, inner));
      this.#push(")");
    } else {
      this.#push("some");
      this.#writePayload(val, type.type);
    }
  }
}

const taggedOption = (value: unknown): { readonly tag: string; readonly val?: unknown } =>
  value === undefined ? { tag: "none" } : { tag: "some", val: value };

function formatCase(label: unknown, type: ValueTypeOf<"enum" | "variant">): string {
  if (typeof label !== "string" || !labelsOf(type).has(label)) throw mismatch(label, type);
  return isKeyword(label) ? `%${label}` : label;
}

function formatFlags(value: unknown, type: ValueTypeOf<"flags">): string {
  const flags = objectOf(value, type);
  const names = propertyNames(type.labels);
  return `{${type.labels.filter((_, index) => propertyOf(flags, names[index] ?? "") === true).join(", ")}}`;
}

/** What all objects inherit is no field, as in calls. */
function propertyOf(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return name in Object.prototype && !Object.hasOwn(object, name) ? undefined : object[name];
}

function itemsOf(value: unknown, type: ValueType): ArrayLike<unknown> {
  const items = arrayItems(value);
  if (items === undefined) throw mismatch(value, type);
  return items;
}

function objectOf(value: unknown, type: ValueType): Readonly<Record<string, unknown>> {
  if (value !== null && typeof value === "object") return value as Readonly<Record<string, unknown>>;
  throw mismatch(value, type);
}

const mismatch = (value: unknown, type: ValueType): TypeError =>
  new TypeError(`expected a value of type ${describeType(type)}, found one of type '${typeof value}'`);
