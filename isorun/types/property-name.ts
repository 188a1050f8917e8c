/**
 * Record fields and flags as JavaScript names them: `content-type` → `contentType`, `is-XML` → `isXml`.
 *
 * Labels of a type differ in more than the case of letters (Explainer, Name Uniqueness), so that their words differ, or
 * where these begin. Before a letter the case shows it; before a digit nothing does, and `a-1` would be `a1`. Labels that
 * would have one name keep such a hyphen as `_`, which no label has: `a1` and `a-1` beside each other are `a1` and `a_1`.
 */
export function propertyNames(labels: readonly string[]): readonly string[] {
  const plain = labels.map(propertyName);
  if (new Set(plain).size === labels.length) return plain;
  const counts = new Map<string, number>();
  for (const name of plain) counts.set(name, (counts.get(name) ?? 0) + 1);
  return plain.map((name, index) =>
    counts.get(name) === 1 ? name : propertyName((labels[index] ?? "").replaceAll(/-(?=[0-9])/g, "_")),
  );
}

/** The name of one that stands alone. */
export const propertyName = (label: string): string =>
  label.toLowerCase().replaceAll(/-(.?)/gu, (_, first: string) => first.toUpperCase());
