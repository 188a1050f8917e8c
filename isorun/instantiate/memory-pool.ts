/**
 * Memories of instances that ended, for instances that begin: making one is dear in JavaScriptCore, which has four that
 * are fast and collects all garbage, waiting for it, whenever there is none left. One pool for a runtime.
 *
 * What comes back is held by nobody who could still read or write it: that is the business of whoever gives it back
 * (call/task.ts, `onceGone`). What is handed out is as a new one: of the size that it began with, and zeros, which are
 * written then, so that nothing that came late is left either.
 */
import type { ImportedMemories, MemoryPages } from "../compile/import-memories.ts";

const pageBytes = 65_536;

/**
 * As many as end in a burst and begin again, of the size of a small program (17 pages, if it is written in Rust): more
 * memory than that is better given back to the system.
 */
const memoriesMax = 32;
const bytesMax = 32 * 2 ** 20;

/** In pages: 8 MiB. Writing zeros over it takes 0.1 to 1 ms, as long as the collection that is saved. */
export const pooledPagesMax = 128;

interface Pooled {
  readonly memory: WebAssembly.Memory;
  readonly pages: MemoryPages;
}

export class MemoryPool {
  /** The one that came last behind the others. */
  #free: Pooled[] = [];
  #bytes = 0;
  #isClosed = false;

  get size(): number {
    return this.#free.length;
  }

  /** @throws RangeError where the engine has no room */
  take(pages: MemoryPages): WebAssembly.Memory {
    const { minimum, maximum } = pages;
    const found = this.#free.findLastIndex((free) => free.pages.minimum === minimum && free.pages.maximum === maximum);
    const [pooled] = found < 0 ? [] : this.#free.splice(found, 1);
    if (pooled === undefined) {
      return new WebAssembly.Memory(maximum === undefined ? { initial: minimum } : { initial: minimum, maximum });
    }
    this.#bytes -= minimum * pageBytes;
    new Uint8Array(pooled.memory.buffer).fill(0);
    return pooled.memory;
  }

  /** One that grew is let go; so are those that came first, where there is no room. */
  giveBack(memory: WebAssembly.Memory, pages: MemoryPages): void {
    const bytes = pages.minimum * pageBytes;
    if (this.#isClosed || memory.buffer.byteLength !== bytes) return;
    this.#free.push({ memory, pages });
    this.#bytes += bytes;
    while (this.#free.length > memoriesMax || this.#bytes > bytesMax) {
      this.#bytes -= (this.#free.shift()?.pages.minimum ?? 0) * pageBytes;
    }
  }

  /** Nothing is kept from here on. */
  close(): void {
    this.#isClosed = true;
    this.#free = [];
    this.#bytes = 0;
  }
}

/** What one instance was lent, until it is gone. */
export class MemoryLease {
  readonly #pool: MemoryPool;
  readonly #lent: Pooled[] = [];
  /** Somebody else's code is in the instance: nothing that it may have had is given to others. */
  isShared = false;

  constructor(pool: MemoryPool) {
    this.#pool = pool;
  }

  /** What a module imports, in its namespace. @throws RangeError */
  importsOf({ memories }: ImportedMemories): Readonly<Record<string, WebAssembly.Memory>> {
    const imports: Record<string, WebAssembly.Memory> = {};
    for (const [index, pages] of memories.entries()) {
      const memory = this.#pool.take(pages);
      this.#lent.push({ memory, pages });
      imports[index] = memory;
    }
    return imports;
  }

  end(): void {
    for (const { memory, pages } of this.#lent.splice(0)) if (!this.isShared) this.#pool.giveBack(memory, pages);
  }
}
