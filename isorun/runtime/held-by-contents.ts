/** What was made of files, by their contents: shared by all who bring the same bytes, as long as one of them holds it. */
import { type HashKey, halfSipHash, randomHashKey } from "./half-siphash.ts";

/** Bytes are hashed only where there is something else of their length: to load a file costs no more than without this then. */
export class HeldByContents<Made extends object> {
  readonly #contentsOf: (made: Made) => Uint8Array;
  /** Files may be strangers': hashes are none that these could make the same. */
  #key: HashKey | undefined;
  readonly #byLength = new Map<number, SameLength<Made>>();
  readonly #collected = new FinalizationRegistry<Entry<Made>>((entry) => this.#forget(entry));

  /** @param contentsOf what it was made of, which never changes */
  constructor(contentsOf: (made: Made) => Uint8Array) {
    this.#contentsOf = contentsOf;
  }

  /**
   * Who comes while it is made waits for that, and makes it himself if it fails: others have other limits.
   * @param contents never change, if something is made of them
   * @throws what `make` does
   */
  async get(contents: Uint8Array, make: () => Promise<Made>): Promise<Made> {
    for (;;) {
      const entry = this.#find(contents);
      if (entry === undefined) return this.#make(contents, make);
      if (entry.making !== undefined) await entry.making.end;
      const made = entry.made?.deref();
      if (made !== undefined) return made;
    }
  }

  #find(contents: Uint8Array): Entry<Made> | undefined {
    const others = this.#byLength.get(contents.length);
    if (others === undefined) return undefined;
    for (const entry of others.unhashed) this.#hash(entry, others);
    for (const entry of others.hashed.get(this.#hashOf(contents)) ?? []) {
      const known = this.#contentsOfEntry(entry);
      if (known !== undefined && isSame(known, contents)) return entry;
    }
    return undefined;
  }

  #hash(entry: Entry<Made>, { unhashed, hashed }: SameLength<Made>): void {
    unhashed.delete(entry);
    const contents = this.#contentsOfEntry(entry);
    if (contents === undefined) return;
    entry.hash = this.#hashOf(contents);
    const same = hashed.get(entry.hash) ?? new Set();
    hashed.set(entry.hash, same.add(entry));
  }

  #hashOf(contents: Uint8Array): number {
    this.#key ??= randomHashKey();
    return halfSipHash(contents, this.#key);
  }

  /** Undefined for what was collected. */
  #contentsOfEntry({ making, made }: Entry<Made>): Uint8Array | undefined {
    if (making !== undefined) return making.contents;
    const living = made?.deref();
    return living && this.#contentsOf(living);
  }

  async #make(contents: Uint8Array, make: () => Promise<Made>): Promise<Made> {
    const begun = make();
    const end = begun.then(nothing, nothing);
    const entry: Entry<Made> = { length: contents.length, hash: undefined, making: { contents, end }, made: undefined };
    const others = this.#byLength.get(contents.length) ?? { unhashed: new Set(), hashed: new Map() };
    this.#byLength.set(contents.length, others);
    others.unhashed.add(entry);
    try {
      const made = await begun;
      entry.made = new WeakRef(made);
      this.#collected.register(made, entry);
      return made;
    } catch (error) {
      this.#forget(entry);
      throw error;
    } finally {
      entry.making = undefined;
    }
  }

  #forget(entry: Entry<Made>): void {
    const others = this.#byLength.get(entry.length);
    if (others === undefined) return;
    others.unhashed.delete(entry);
    const same = entry.hash === undefined ? undefined : others.hashed.get(entry.hash);
    same?.delete(entry);
    if (same?.size === 0 && entry.hash !== undefined) others.hashed.delete(entry.hash);
    if (others.unhashed.size === 0 && others.hashed.size === 0) this.#byLength.delete(entry.length);
  }
}

const nothing = (): void => undefined;

interface Entry<Made extends object> {
  readonly length: number;
  /** If it was needed. */
  hash: number | undefined;
  /** `end` is never rejected. */
  making: { readonly contents: Uint8Array; readonly end: Promise<void> } | undefined;
  made: WeakRef<Made> | undefined;
}

interface SameLength<Made extends object> {
  readonly unhashed: Set<Entry<Made>>;
  readonly hashed: Map<number, Set<Entry<Made>>>;
}

const wordBytes = 4;

const wordsOf = ({ buffer, byteOffset, length }: Uint8Array): Int32Array =>
  new Int32Array(buffer, byteOffset, Math.floor(length / wordBytes));

const isAligned = ({ byteOffset }: Uint8Array): boolean => byteOffset % wordBytes === 0;

/** Of the same length. */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (!isAligned(one) || !isAligned(other)) return isSameFrom(one, other, 0);
  const words = wordsOf(one);
  return isSameFrom(one, other, words.length * wordBytes) && isSameFrom(words, wordsOf(other), 0);
}

function isSameFrom<Numbers extends Uint8Array | Int32Array>(one: Numbers, other: Numbers, start: number): boolean {
  for (let index = start; index < one.length; index += 1) if (one[index] !== other[index]) return false;
  return true;
}
