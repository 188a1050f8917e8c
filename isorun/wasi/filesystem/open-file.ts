/** Open files of the host, closed when nothing of the guest uses them any more, and how many there may be. */
import { refuse } from "./error-code.ts";
import { files, flags } from "./host-files.ts";

/** One file or directory, held by a descriptor and by the streams that were made from it. */
export class OpenFile {
  readonly fd: number;
  readonly #ledger: FileLedger;
  #users = 1;

  constructor(fd: number, ledger: FileLedger) {
    this.fd = fd;
    this.#ledger = ledger;
  }

  /** For one more user, who releases it. */
  retain(): this {
    this.#users += 1;
    return this;
  }

  release(): void {
    this.#users -= 1;
    if (this.#users !== 0) return;
    this.#ledger.closed();
    files.closeSync(this.fd);
  }
}

export interface Opening {
  readonly flags: number;
  /** Of a file that is created, before the host's umask. */
  readonly mode?: number;
}

/** Files are the whole process's: a guest that opens without end must not take them from its neighbours. */
export class FileLedger {
  readonly #openMax: number;
  #open = 0;

  constructor(openMax: number) {
    this.#openMax = openMax;
  }

  /** @throws ComponentError if the guest has its fill, and what `node:fs` throws */
  open(path: string, opening: Opening): OpenFile {
    if (this.#open >= this.#openMax) refuse("insufficient-memory");
    const fd = files.openSync(path, opening.flags | flags.closeOnExec, opening.mode);
    this.#open += 1;
    return new OpenFile(fd, this);
  }

  closed(): void {
    this.#open -= 1;
  }
}
