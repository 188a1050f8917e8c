/**
 * One object for each core type, whichever module it stands in: equal types have the same one. What a type refers to
 * stands in its text as a number, so that texts stay as short as the types themselves; written out, types that name
 * one before them twice would double level by level.
 */

/** Where a defined type stands among others; its text says the same. */
export interface CoreTypeRank {
  readonly composite: "func" | "struct" | "array";
  readonly isFinal: boolean;
  readonly supertype: CoreTypeKey | undefined;
}

/** All that a key is made of. */
export type CoreTypeText = Pick<CoreTypeKey, "text" | "parts" | "rank">;

/** Keeps the keys that its text names, so that their numbers go on meaning them. */
export class CoreTypeKey {
  /** Never given twice. */
  readonly id: number;
  /** In the order of the text: that of a reference to a defined type names this type alone. */
  readonly parts: readonly CoreTypeKey[];
  /** Undefined for what is no defined type: a value type, or a recursion group. */
  readonly rank: CoreTypeRank | undefined;
  /** With the numbers of its parts, in their order. */
  readonly text: string;

  constructor(id: number, { text, parts, rank }: CoreTypeText) {
    this.id = id;
    this.parts = parts;
    this.rank = rank;
    this.text = text;
  }
}

let made = 0;
/** As long as some type has them: what was loaded once is not kept for good. */
const known = new Map<string, WeakRef<CoreTypeKey>>();
const gone = new FinalizationRegistry<string>((text) => {
  // Another key may have come for the same text since.
  if (known.get(text)?.deref() === undefined) known.delete(text);
});

function keyOf(about: CoreTypeText): CoreTypeKey {
  const { text } = about;
  const before = known.get(text)?.deref();
  if (before !== undefined) return before;
  made += 1;
  const key = new CoreTypeKey(made, about);
  known.set(text, new WeakRef(key));
  gone.register(key, text);
  return key;
}

/** Writes the text of a type; numbers of others come from `part`. */
type KeyText = (part: (key: CoreTypeKey) => string) => string;

export function keyOfText(write: KeyText, rank?: CoreTypeRank): CoreTypeKey {
  const parts: CoreTypeKey[] = [];
  const text = write((key) => {
    parts.push(key);
    return `#${key.id}`;
  });
  return keyOf({ text, parts, rank });
}

/** The key of what another process made one of: numbers there were others. */
export const keyOfKept = ({ text, parts, rank }: CoreTypeText): CoreTypeKey =>
  keyOfText((numberOf) => {
    let next = 0;
    return text.replace(/#\d+/g, (number) => {
      const part = parts[next];
      next += 1;
      return part === undefined ? number : numberOf(part);
    });
  }, rank);
