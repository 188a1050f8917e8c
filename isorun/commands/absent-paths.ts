/**
 * What a program asked for where nothing is. It need not be what it failed by: programs look for much that they can do
 * without, before (modules, configuration) and behind. So both ends of the list are told.
 */
import type { FileCapability } from "./meant-path.ts";

export interface AbsentPath {
  readonly capability: FileCapability;
  readonly path: string;
}

export interface ToldAbsent {
  readonly asked: readonly AbsentPath[];
  /** Of what was asked first and last, if there was more in between. */
  readonly isCut: boolean;
}

/** At either end. */
const toldEach = 2;

export class AbsentPaths {
  #first: readonly AbsentPath[] = [];
  #last: readonly AbsentPath[] = [];
  #isCut = false;
  #hasWrite = false;

  /** Only what it was to write is told, where there is such a thing: programs read many things, and write what they are for. */
  add(absent: AbsentPath): void {
    const isWrite = absent.capability === "write";
    if (this.#hasWrite && !isWrite) return;
    if (isWrite && !this.#hasWrite) this.#startOver();
    this.#hasWrite = isWrite;
    if ([...this.#first, ...this.#last].some(({ path }) => path === absent.path)) return;
    if (this.#first.length < toldEach) {
      this.#first = [...this.#first, absent];
      return;
    }
    this.#isCut ||= this.#last.length === toldEach;
    this.#last = [...this.#last, absent].slice(-toldEach);
  }

  /** Undefined if there was nothing. */
  get told(): ToldAbsent | undefined {
    if (this.#first.length === 0) return undefined;
    return { asked: [...this.#first, ...this.#last], isCut: this.#isCut };
  }

  #startOver(): void {
    this.#first = [];
    this.#last = [];
    this.#isCut = false;
  }
}
