/** Labels of fields, flags and cases, in the text and in JavaScript. */
import type { ValueType, ValueTypeOf } from "../types/component-types.ts";

const keywords: ReadonlySet<string> = new Set(["true", "false", "inf", "nan", "some", "none", "ok", "err"]);

/** Whether a case of this name has to be written with `%`. */
export const isKeyword = (label: string): boolean => keywords.has(label);

/** Any label may stand behind `%`, which is no part of it. */
export const withoutPercent = (word: string): string => (word.startsWith("%") ? word.slice(1) : word);

export type LabelledType = ValueTypeOf<"record" | "variant" | "enum" | "flags">;

/** What stands under each label, undefined where it has no value. */
type Labels = ReadonlyMap<string, ValueType | undefined>;

/** A type of many labels may stand in a list of many values. */
const known = new WeakMap<LabelledType, Labels>();

export function labelsOf(type: LabelledType): Labels {
  const labels = known.get(type) ?? collectLabels(type);
  known.set(type, labels);
  return labels;
}

function collectLabels(type: LabelledType): Labels {
  if (type.kind === "record") return new Map(type.fields.map((field) => [field.label, field.type]));
  if (type.kind === "variant") return new Map(type.cases.map((one) => [one.label, one.type]));
  return new Map(type.labels.map((label) => [label, undefined]));
}
