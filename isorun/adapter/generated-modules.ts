/**
 * Modules of generated code, by what their text depends on: whoever needs the same shares one. None is kept for good, since
 * types are the guests', and any number of them may come: each module is shared as long as somebody has it, and those that
 * were asked for last stay, so that instances that are made one after the other find theirs.
 */

interface Generated {
  readonly module: WebAssembly.Module;
  readonly weight: number;
}

interface Used {
  readonly reference: WeakRef<WebAssembly.Module>;
  readonly weight: number;
}

/** Engines keep more of a module than its bytes: some kilobytes of a small one. */
const weightOfOne = 1024;
/** Of some hundred modules, in bytes. Twice as much is kept at most, and the last one of each half whatever its size. */
const weightMax = 2 ** 19;

export class GeneratedModules {
  /** What was asked for last, in two halves: the older one goes when the other is full. One map alone would be written by each look. */
  #latest = new Map<string, Generated>();
  #before = new Map<string, Generated>();
  #latestWeight = 0;
  readonly #used = new Map<string, Used>();
  readonly #gone = new FinalizationRegistry<string>((key) => {
    // Another one may have come for the same key since.
    if (this.#used.get(key)?.reference.deref() === undefined) this.#used.delete(key);
  });

  get(key: string, write: () => Uint8Array<ArrayBuffer>): WebAssembly.Module {
    const latest = this.#latest.get(key);
    if (latest !== undefined) return latest.module;
    const generated = this.#before.get(key) ?? this.#shared(key, write);
    this.#keep(key, generated);
    return generated.module;
  }

  #shared(key: string, write: () => Uint8Array<ArrayBuffer>): Generated {
    const used = this.#used.get(key);
    const known = used?.reference.deref();
    if (used !== undefined && known !== undefined) return { module: known, weight: used.weight };
    const bytes = write();
    const generated = { module: new WebAssembly.Module(bytes), weight: bytes.length + weightOfOne };
    this.#used.set(key, { reference: new WeakRef(generated.module), weight: generated.weight });
    this.#gone.register(generated.module, key);
    return generated;
  }

  #keep(key: string, generated: Generated): void {
    if (this.#latestWeight >= weightMax) {
      this.#before = this.#latest;
      this.#latest = new Map();
      this.#latestWeight = 0;
    }
    this.#latest.set(key, generated);
    this.#latestWeight += generated.weight;
  }
}
