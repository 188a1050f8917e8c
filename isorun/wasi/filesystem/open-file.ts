/** Open files of the host, closed when nothing of the guest uses them any more, and how many there may be. */
import { refuse } from "./error-code.ts";
import { files, flags } from "./host-files.ts";

/** One file or directory, held by a descriptor and by the streams that were made from it. */
export class OpenFile {
  readonly #fd: number;
  readonly #ledger: FileLedger;
  #users = 1;
  #isClosed = false;
  /** What was opened along with it, and is closed before it. */
  companion: Disposable | undefined;

  constructor(fd: number, ledger: FileLedger) {
    this.#fd = fd;
    this.#ledger = ledger;
  }

  /** @throws ComponentError `bad-descriptor` once it is closed: its number may be another file's by now */
  get fd(): number {
    if (this.#isClosed) refuse("bad-descriptor");
    return this.#fd;
  }

  /** For one more user, who releases it. */
  retain(): this {
    this.#users += 1;
    return this;
  }

  release(): void {
    this.#users -= 1;
    if (this.#users === 0) this.close();
  }

  /** Whoever uses it still. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#ledger.closed(this);
    this.companion?.[Symbol.dispose]();
    files.closeSync(this.#fd);
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
  readonly #open = new Set<OpenFile>();

  constructor(openMax: number) {
    this.#openMax = openMax;
  }

  /** @throws ComponentError if the guest has its fill, and what `node:fs` throws */
  open(path: string, opening: Opening): OpenFile {
    if (this.#open.size >= this.#openMax) refuse("insufficient-memory");
    const fd = files.openSync(path, opening.flags | flags.closeOnExec, opening.mode);
    const file = new OpenFile(fd, this);
    this.#open.add(file);
    return file;
  }

  closed(file: OpenFile): void {
    this.#open.delete(file);
  }

  /** The instance has ended: also what it was never given, or gave away. */
  closeAll(): void {
    for (const file of this.#open) file.close();
  }
}
