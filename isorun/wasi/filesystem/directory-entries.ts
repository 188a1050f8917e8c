/** `directory-entry-stream`: reads a directory piece by piece, so that one with millions of entries costs no more memory. */
import type { Dir } from "node:fs";
import { errnoOf, refuse } from "./error-code.ts";
import { type CLibrary, cLibrary, files, flags, pathOf } from "./host-files.ts";
import { type DescriptorType, statOf, typeOf, typeOfBits } from "./metadata.ts";
import type { FileLedger, OpenFile } from "./open-file.ts";
import { decodeName } from "./walk.ts";

export interface DirectoryEntry {
  readonly type: DescriptorType;
  readonly name: string;
}

interface RawEntry {
  readonly type: DescriptorType;
  /** In the file system's own bytes. */
  readonly name: Uint8Array;
}

interface EntryReader {
  /** Undefined at the end. */
  next(): RawEntry | undefined;
}

/** Entries in the order of the file system, without `.` and `..`. */
export class DirectoryEntryStream implements Disposable {
  readonly #directory: OpenFile;
  readonly #reader: EntryReader;

  /** Starts at the beginning, whatever else reads the directory. @throws ComponentError, what `node:fs` throws */
  constructor(fd: number, ledger: FileLedger) {
    // A description of its own: duplicates would share their place in the directory.
    this.#directory = ledger.open(`${pathOf(fd)}/.`, { flags: flags.readOnly | flags.directory });
    try {
      this.#reader = readerOf(this.#directory);
    } catch (error) {
      this.#directory.release();
      throw error;
    }
  }

  /** Undefined at the end. A name that is not UTF-8 is refused, and the next call goes on behind it. */
  next(): DirectoryEntry | undefined {
    for (let entry = this.#reader.next(); entry !== undefined; entry = this.#reader.next()) {
      if (isSelfOrParent(entry.name)) continue;
      const name = decodeName(entry.name);
      return { name, type: entry.type === "unknown" ? this.#typeOf(name) : entry.type };
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#directory.release();
  }

  /** Where the file system does not tell it along with the name. */
  #typeOf(name: string): DescriptorType {
    try {
      const fd = files.openSync(
        `${pathOf(this.#directory.fd)}/${name}`,
        flags.path | flags.noFollow | flags.closeOnExec,
      );
      try {
        return typeOf(statOf(fd));
      } finally {
        files.closeSync(fd);
      }
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      // It was removed meanwhile, or may not be looked at: its name is all that is known.
      return "unknown";
    }
  }
}

function readerOf(directory: OpenFile): EntryReader {
  const library = cLibrary();
  return library === undefined ? new OpenedReader(directory) : new DentsReader(directory, library);
}

const dot = 0x2e;
const isSelfOrParent = (name: Uint8Array): boolean => name.length <= 2 && name.every((byte) => byte === dot);

/** A page or so of entries at a time. */
const bufferBytes = 1 << 15;

/** `struct linux_dirent64` (getdents64(2)): u64 inode, i64 place, u16 length, u8 type, name with a NUL behind it. */
const recordLengthAt = 16;
const recordTypeAt = 18;
const recordNameAt = 19;

class DentsReader implements EntryReader {
  readonly #directory: OpenFile;
  readonly #library: CLibrary;
  readonly #buffer = new Uint8Array(bufferBytes);
  readonly #view = new DataView(this.#buffer.buffer);
  #at = 0;
  #end = 0;

  constructor(directory: OpenFile, library: CLibrary) {
    this.#directory = directory;
    this.#library = library;
  }

  next(): RawEntry | undefined {
    if (this.#at >= this.#end) {
      this.#end = this.#fill();
      this.#at = 0;
      if (this.#end === 0) return undefined;
    }
    const start = this.#at;
    this.#at += this.#view.getUint16(start + recordLengthAt, true);
    const nameAt = start + recordNameAt;
    return {
      type: typeOfBits(this.#view.getUint8(start + recordTypeAt)),
      name: this.#buffer.slice(nameAt, this.#buffer.indexOf(0, nameAt)),
    };
  }

  /** How many bytes there are now; 0 at the end. */
  #fill(): number {
    try {
      return this.#library.getdents(this.#directory.fd, this.#buffer);
    } catch (error) {
      // The directory itself was removed: nothing is in it. C libraries, and so Node, take that for the end too.
      if (errnoOf(error) === "ENOENT") return 0;
      throw error;
    }
  }
}

/** Node reads directories piece by piece; Bun reads all at once, and names that are not UTF-8 wrongly. */
class OpenedReader implements EntryReader, Disposable {
  readonly #dir: Dir;

  constructor(directory: OpenFile) {
    if ("Bun" in globalThis) refuse("unsupported");
    const options = { encoding: "buffer" as BufferEncoding }; // it is one, which the types do not know
    this.#dir = files.opendirSync(pathOf(directory.fd), options);
    directory.companion = this;
  }

  next(): RawEntry | undefined {
    const entry = this.#dir.readSync();
    return entry === null ? undefined : { type: "unknown", name: entry.name as unknown as Uint8Array }; // asked for so
  }

  [Symbol.dispose](): void {
    this.#dir.closeSync();
  }
}
