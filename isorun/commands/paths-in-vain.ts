/**
 * What a program asked for that no flag would give it: where nothing is, or what nobody is given. It need not be what it
 * failed by: programs look for much that they can do without, before (modules, configuration) and behind. So both ends of
 * the list are told.
 */
import type { FileCapability } from "./meant-path.ts";

export interface PathInVain {
  readonly capability: FileCapability;
  readonly path: string;
}

export interface ToldInVain {
  readonly asked: readonly PathInVain[];
  /** Of what was asked first and last, if there was more in between. */
  readonly isCut: boolean;
}

/** At either end. */
const toldEach = 2;

export class PathsInVain {
  #first: readonly PathInVain[] = [];
  #last: readonly PathInVain[] = [];
  #isCut = false;
  #hasWrite = false;

  /** Only what it was to write is told, where there is such a thing: programs read many things, and write what they are for. */
  add(asked: PathInVain): void {
    const isWrite = asked.capability === "write";
    if (this.#hasWrite && !isWrite) return;
    if (isWrite && !this.#hasWrite) this.#startOver();
    this.#hasWrite = isWrite;
    if ([...this.#first, ...this.#last].some(({ path }) => path === asked.path)) return;
    if (this.#first.length < toldEach) {
      this.#first = [...this.#first, asked];
      return;
    }
    this.#isCut ||= this.#last.length === toldEach;
    this.#last = [...this.#last, asked].slice(-toldEach);
  }

  /** Undefined if there was nothing. */
  get told(): ToldInVain | undefined {
    if (this.#first.length === 0) return undefined;
    return { asked: [...this.#first, ...this.#last], isCut: this.#isCut };
  }

  #startOver(): void {
    this.#first = [];
    this.#last = [];
    this.#isCut = false;
  }
}
