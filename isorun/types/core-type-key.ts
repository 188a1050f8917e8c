/**
 * One object for each core type, whichever module it stands in: equal types have the same one. What a type refers to
 * stands in its text as a number, so that texts stay as short as the types themselves; written out, types that name
 * one before them twice would double level by level.
 */

/** Keeps the keys that its text names, so that their numbers go on meaning them. */
export class CoreTypeKey {
  /** Never given twice. */
  readonly id: number;
  readonly parts: readonly CoreTypeKey[];

  constructor(id: number, parts: readonly CoreTypeKey[]) {
    this.id = id;
    this.parts = parts;
  }
}

let made = 0;
/** As long as some type has them: what was loaded once is not kept for good. */
const known = new Map<string, WeakRef<CoreTypeKey>>();
const gone = new FinalizationRegistry<string>((text) => {
  // Another key may have come for the same text since.
  if (known.get(text)?.deref() === undefined) known.delete(text);
});

function keyOf(text: string, parts: readonly CoreTypeKey[]): CoreTypeKey {
  const before = known.get(text)?.deref();
  if (before !== undefined) return before;
  made += 1;
  const key = new CoreTypeKey(made, parts);
  known.set(text, new WeakRef(key));
  gone.register(key, text);
  return key;
}

/** Writes the text of a type; numbers of others come from `part`. */
type KeyText = (part: (key: CoreTypeKey) => string) => string;

export function keyOfText(write: KeyText): CoreTypeKey {
  const parts: CoreTypeKey[] = [];
  const text = write((key) => {
    parts.push(key);
    return `#${key.id}`;
  });
  return keyOf(text, parts);
}
