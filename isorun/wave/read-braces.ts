/** What stands in braces: records, maps and flags. Their entries may come in any order. */
import type { Field, ValueType, ValueTypeOf } from "../types/component-types.ts";
import { propertyNames } from "../types/property-name.ts";
import type { Cursor } from "./cursor.ts";
import { describeType } from "./describe-type.ts";
import { labelsOf, withoutPercent } from "./labels.ts";

interface Read<K extends ValueType["kind"]> {
  readonly type: ValueTypeOf<K>;
  readonly readValue: (cursor: Cursor, type: ValueType) => unknown;
}

/** Fields of option types may be missing; without any field it is `{:}`, because `{}` are flags. */
export function readRecord(cursor: Cursor, { type, readValue }: Read<"record">): Record<string, unknown> {
  const values = new Map<string, unknown>();
  cursor.expect("{", describeType(type));
  if (cursor.peek() === "}") cursor.fail("a field", "a record without fields is written '{:}'");
  if (!cursor.take(":")) {
    do {
      const { label, type: wanted } = readField(cursor, { type, values });
      values.set(label, readValue(cursor, wanted));
    } while (cursor.take(",") && cursor.peek() !== "}");
  }
  const missing = type.fields.find((field) => field.type.kind !== "option" && !values.has(field.label));
  if (missing !== undefined && cursor.peek() === "}") {
    cursor.fail(`the field '${missing.label}' (${describeType(missing.type)})`);
  }
  cursor.expect("}", values.size === 0 ? "'}'" : "',' or '}'");
  const names = propertyNames(type.fields.map(({ label }) => label));
  return Object.fromEntries(type.fields.map(({ label }, index) => [names[index], values.get(label)]));
}

interface Entries {
  readonly type: ValueTypeOf<"record">;
  readonly values: ReadonlyMap<string, unknown>;
}

/** A label with its colon. */
function readField(cursor: Cursor, { type, values }: Entries): Field {
  const word = cursor.peekWord() ?? "";
  const label = withoutPercent(word);
  const wanted = labelsOf(type).get(label);
  if (wanted === undefined) return cursor.fail(`a field of ${describeType(type)}`);
  if (values.has(label)) return cursor.fail("another field", `'${label}' has a value already`);
  cursor.offset += word.length;
  cursor.expect(":", `':' behind '${label}'`);
  return { label, type: wanted };
}

/** The last value of a key is the one that counts, as in every `map`. */
export function readMap(cursor: Cursor, { type, readValue }: Read<"map">): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  cursor.expect("{", describeType(type));
  const isEmpty = cursor.take(":");
  while (!isEmpty && cursor.peek() !== "}") {
    const key = readValue(cursor, type.key);
    cursor.expect(":", "':' behind the key");
    map.set(key, readValue(cursor, type.value));
    if (!cursor.take(",")) break;
  }
  cursor.expect("}", map.size === 0 ? "'}'" : "',' or '}'");
  return map;
}

export function readFlags(cursor: Cursor, type: ValueTypeOf<"flags">): Record<string, boolean> {
  const set = new Set<string>();
  cursor.expect("{", describeType(type));
  while (cursor.peek() !== "}") {
    const word = cursor.peekWord() ?? "";
    const label = withoutPercent(word);
    if (!labelsOf(type).has(label)) cursor.fail(`a flag of ${describeType(type)}`);
    if (set.has(label)) cursor.fail("another flag", `'${label}' is set already`);
    set.add(label);
    cursor.offset += word.length;
    if (!cursor.take(",")) break;
  }
  cursor.expect("}", "',' or '}'");
  const names = propertyNames(type.labels);
  return Object.fromEntries(type.labels.map((label, index) => [names[index], set.has(label)]));
}
