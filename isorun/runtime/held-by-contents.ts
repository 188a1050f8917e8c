/** What was made of files, by their contents: shared by all who bring the same bytes, as long as one of them holds it. */

/**
 * Bytes are compared and not hashed: of most files no other of the same length is held, and to load one costs nothing more
 * then, where hashing 18 MB takes longer than looking whether they are the same.
 */
export class HeldByContents<Made extends object> {
  readonly #contentsOf: (made: Made) => Uint8Array;
  /** By length. */
  readonly #held = new Map<number, Set<WeakRef<Made>>>();
  readonly #making = new Map<Uint8Array, Promise<unknown>>();
  readonly #collected = new FinalizationRegistry<Place<Made>>((place) => this.#forget(place));

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
      const made = this.#find(contents);
      if (made !== undefined) return made;
      const making = this.#findMaking(contents);
      if (making === undefined) return this.#make(contents, make);
      await making.catch(() => undefined);
    }
  }

  #find(contents: Uint8Array): Made | undefined {
    for (const reference of this.#held.get(contents.length) ?? []) {
      const made = reference.deref();
      if (made !== undefined && isSame(this.#contentsOf(made), contents)) return made;
    }
    return undefined;
  }

  #findMaking(contents: Uint8Array): Promise<unknown> | undefined {
    for (const [others, making] of this.#making) {
      if (others.length === contents.length && isSame(others, contents)) return making;
    }
    return undefined;
  }

  async #make(contents: Uint8Array, make: () => Promise<Made>): Promise<Made> {
    const making = make();
    this.#making.set(contents, making);
    try {
      const made = await making;
      this.#keep(made, contents.length);
      return made;
    } finally {
      this.#making.delete(contents);
    }
  }

  #keep(made: Made, length: number): void {
    const reference = new WeakRef(made);
    const others = this.#held.get(length);
    if (others === undefined) this.#held.set(length, new Set([reference]));
    else others.add(reference);
    this.#collected.register(made, { length, reference });
  }

  #forget({ length, reference }: Place<Made>): void {
    const others = this.#held.get(length);
    others?.delete(reference);
    if (others?.size === 0) this.#held.delete(length);
  }
}

interface Place<Made extends object> {
  readonly length: number;
  readonly reference: WeakRef<Made>;
}

const wordBytes = 4;

/** Of the same length. */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
  const isAligned = [one, other].every(({ byteOffset }) => byteOffset % wordBytes === 0);
  const words = isAligned ? Math.floor(one.length / wordBytes) : 0;
  return isSameFrom(one, other, words * wordBytes) && isSameFrom(wordsOf(one, words), wordsOf(other, words), 0);
}

const wordsOf = ({ buffer, byteOffset }: Uint8Array, count: number): Int32Array =>
  count === 0 ? new Int32Array() : new Int32Array(buffer, byteOffset, count);

function isSameFrom<Numbers extends Uint8Array | Int32Array>(one: Numbers, other: Numbers, start: number): boolean {
  for (let index = start; index < one.length; index += 1) if (one[index] !== other[index]) return false;
  return true;
}
