/**
 * Writes values as WAVE, so that reading gives the same values. A value that is not of its type is the caller's mistake
 * and a TypeError; nothing is written that could not be read.
 */
import { UnsupportedError } from "../errors/errors.ts";
import type { ValueType, ValueTypeOf } from "../types/component-types.ts";
import { propertyNames } from "../types/property-name.ts";
import { nestingMax } from "./cursor.ts";
import { describeType } from "./describe-type.ts";
import { formatPrimitive } from "./format-primitive.ts";
import { isKeyword, labelsOf } from "./labels.ts";

/** @throws TypeError; UnsupportedError for handles, streams and futures, which WAVE has no text for */
export function formatWave(value: unknown, type: ValueType): string {
  const writer = new Writer();
  writer.write(value, type);
  return writer.text;
}

interface Entry {
  readonly before: string;
  readonly value: unknown;
  readonly type: ValueType;
}

class Writer {
  readonly #parts: string[] = [];
  #depth = 0;

  get text(): string {
    return this.#parts.join("");
  }

  write(value: unknown, type: ValueType): void {
    if (type.kind === "primitive") {
      this.#parts.push(formatPrimitive(value, type.primitive));
      return;
    }
    this.#nest(() => this.#writeCompound(value, type));
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
    else if (type.kind === "flags") this.#parts.push(formatFlags(value, type));
    else if (type.kind === "enum") this.#parts.push(formatCase(value, type));
    else if (type.kind === "variant") this.#writeVariant(value, type);
    else if (type.kind === "result") this.#writeResult(value, type);
    else if (type.kind === "option") this.#writeOption(taggedOption(value), type);
    else throw new UnsupportedError(`a value of type '${type.kind}' in WAVE`);
  }

  #writeEntries(entries: Iterable<Entry>, [open, close]: readonly [string, string]): void {
    let before = open;
    for (const entry of entries) {
      this.#parts.push(before, entry.before);
      this.write(entry.value, entry.type);
      before = ", ";
    }
    this.#parts.push(before === open ? `${open}${close}` : close);
  }

  #writeList(value: unknown, type: ValueTypeOf<"list" | "fixed-list">): void {
    const items = itemsOf(value, type);
    if (type.kind === "fixed-list" && items.length !== type.length) throw mismatch(value, type);
    this.#writeEntries(
      items.map((item) => ({ before: "", value: item, type: type.element })),
      ["[", "]"],
    );
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
    if (entries.length === 0) this.#parts.push("{:}");
    else this.#writeEntries(entries, ["{", "}"]);
  }

  #writeMap(value: unknown, type: ValueTypeOf<"map">): void {
    this.#parts.push("{");
    for (const [index, pair] of itemsOf(value, type).entries()) {
      const [key, mapped] = itemsOf(pair, type);
      if (index > 0) this.#parts.push(", ");
      this.write(key, type.key);
      this.#parts.push(": ");
      this.write(mapped, type.value);
    }
    this.#parts.push("}");
  }

  #writeVariant(value: unknown, type: ValueTypeOf<"variant">): void {
    const { tag, val } = objectOf(value, type);
    this.#parts.push(formatCase(tag, type));
    this.#writePayload(val, labelsOf(type).get(String(tag)));
  }

  #writeResult(value: unknown, type: ValueTypeOf<"result">): void {
    const { tag, val } = objectOf(value, type);
    if (tag !== "ok" && tag !== "err") throw mismatch(value, type);
    this.#parts.push(tag);
    this.#writePayload(val, tag === "ok" ? type.ok : type.error);
  }

  #writePayload(value: unknown, type: ValueType | undefined): void {
    if (type !== undefined) this.#writeEntries([{ before: "", value, type }], ["(", ")"]);
  }

  /** An option that stands directly in another one has its tag already. */
  #writeOption(option: unknown, type: ValueTypeOf<"option">): void {
    const { tag, val } = objectOf(option, type);
    if (tag === "none") {
      this.#parts.push("none");
    } else if (tag !== "some") {
      throw mismatch(option, type);
    } else if (type.type.kind === "option") {
      const inner = type.type;
      this.#parts.push("some(");
      this.#nest(() => this.#writeOption(val, inner));
      this.#parts.push(")");
    } else {
      this.#parts.push("some");
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

function itemsOf(value: unknown, type: ValueType): readonly unknown[] {
  if (value !== null && typeof value === "object" && Symbol.iterator in value) {
    return Array.from(value as Iterable<unknown>);
  }
  throw mismatch(value, type);
}

function objectOf(value: unknown, type: ValueType): Readonly<Record<string, unknown>> {
  if (value !== null && typeof value === "object") return value as Readonly<Record<string, unknown>>;
  throw mismatch(value, type);
}

const mismatch = (value: unknown, type: ValueType): TypeError =>
  new TypeError(`expected a value of type ${describeType(type)}, found one of type '${typeof value}'`);
