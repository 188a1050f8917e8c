/** `descriptor` of wasi:filesystem/types: an open file or directory, and what may be done with it. */
import type { InputStream, OutputStream } from "../streams.ts";
import { DirectoryEntryStream } from "./directory-entries.ts";
import { refuse } from "./error-code.ts";
import { readAt, setSize, writeAll } from "./file-bytes.ts";
import { FileInput, FileOutput } from "./file-streams.ts";
import { files, flags, pathOf } from "./host-files.ts";
import {
  type DescriptorType,
  descriptorStat,
  isSame,
  type MetadataHash,
  metadataHash,
  type NewTimes,
  setTimes,
  statOf,
} from "./metadata.ts";
import type { FileLedger, OpenFile } from "./open-file.ts";
import type { Rights } from "./rights.ts";
import { type KernelWay, requirePath } from "./walk.ts";

/** What all descriptors below one preopened directory share. */
export interface Tree {
  /** Descriptors of one WasiDir have the same: hard links do not leave it. */
  readonly owner: object;
  readonly ledger: FileLedger;
  /**
   * Told of a change that was refused: in an open directory, by a name or, where nothing may be changed, a path; of an open
   * file or directory itself, by "".
   */
  readonly onWriteRefused?: (open: number, path: string) => void;
  readonly onLeave?: (leave: Leave) => void;
  readonly onKernelPath?: (led: LedToKernel) => void;
  /** Of a name or path in an open directory. Who has none is shown only. */
  readonly linkEnd?: (open: number, path: string) => LinkEnd;
  /** Told of a hard link that is refused because it would lead to a file of another owner's. */
  readonly onLinkAcross?: ((across: LinkAcross) => void) | undefined;
  /** It has one if the directory is only shown: told of what needs a right, which is refused then. */
  readonly onAsked?: (asked: Asked) => void;
}

/** What was refused in a directory that is only shown. */
export interface Asked {
  readonly capability: "read" | "write";
  /** Below the directory, as it was given. */
  readonly path: string;
}

/** What a descriptor holds: an open file, or what stands for one that may not be touched. */
export type HeldFile = Pick<OpenFile, "fd" | "release"> & { retain(): OpenFile };

/** A path that was refused because it leads out of the directory that it began in. */
export interface Leave {
  readonly capability: "read" | "write";
  readonly directory: number;
  /** As it was given. */
  readonly path: string;
  /** How it goes on from the directory, by `..`, or an absolute path. */
  readonly way: string;
}

/** One end of a hard link. */
export interface LinkEnd {
  /** On the host; `..` and links are in it as the guest gave them. */
  readonly hostPath: string;
  /** What the guest sees the WasiDir as: its `guestPath`. */
  readonly givenAs: string;
}

/** A hard link that was refused because it would lead from one WasiDir to another. */
export interface LinkAcross {
  /** The file. */
  readonly from: LinkEnd;
  /** The name that it was to have. */
  readonly to: LinkEnd;
}

/** A path that was refused because it leads to the kernel's own files. */
export interface LedToKernel extends KernelWay {
  readonly capability: "read" | "write";
  /** How it goes on from the directory. */
  readonly way: string;
}

export interface Access {
  readonly read: boolean;
  readonly write: boolean;
}

export interface DescriptorParts {
  readonly file: HeldFile;
  readonly isDirectory: boolean;
  /** `st_dev` */
  readonly device: bigint;
  readonly tree: Tree;
  readonly rights: Rights;
  /** What it was opened for. */
  readonly access: Access;
}

/** Descriptors that ask for it are not opened. */
const noSync = { fileIntegritySync: false, dataIntegritySync: false, requestedWriteSync: false } as const;

export class Descriptor implements Disposable {
  readonly #file: HeldFile;
  readonly #isDirectory: boolean;
  readonly #access: Access;
  readonly device: bigint;
  readonly tree: Tree;
  /** To a directory and below it, or to a file. */
  readonly rights: Rights;

  constructor({ file, isDirectory, device, tree, rights, access }: DescriptorParts) {
    this.#file = file;
    this.#isDirectory = isDirectory;
    this.device = device;
    this.#access = access;
    this.tree = tree;
    this.rights = rights;
  }

  /** Streams that were made from it keep the file open. */
  [Symbol.dispose](): void {
    this.#file.release();
  }

  /**
   * Comes back where there are files. In a directory that is only shown, what needs a right is told, and refused.
   * @param path where it leads to nothing in any directory, that is said, as no right would help
   * @throws ComponentError `access`, or as `requirePath`
   */
  ask(capability: Asked["capability"], path = "."): void {
    const { onAsked } = this.tree;
    if (onAsked === undefined) return;
    requirePath(path);
    onAsked({ capability, path });
    refuse("access");
  }

  /** The open directory. @throws ComponentError `not-directory` */
  get directory(): number {
    if (!this.#isDirectory) refuse("not-directory");
    return this.#file.fd;
  }

  get #openFile(): HeldFile {
    if (this.#isDirectory) refuse("bad-descriptor");
    return this.#file;
  }

  readViaStream(offset: bigint): InputStream {
    if (this.#isDirectory) refuse("is-directory");
    return new FileInput(this.#file.retain(), offset);
  }

  writeViaStream(offset: bigint): OutputStream {
    const file = this.#openFile;
    this.#needWrite();
    return new FileOutput(file.retain(), offset);
  }

  /** Opened anew, for what is written by others and by other streams of this descriptor must be found behind. */
  appendViaStream(): OutputStream {
    const { fd } = this.#openFile;
    this.#needWrite();
    // Writing to it says that it is not open for writing, as it does for a stream at an offset.
    if (!this.#access.write) return this.writeViaStream(0n);
    const opening = flags.writeOnly | flags.append | flags.nonBlocking | flags.noTerminal;
    return new FileOutput(this.tree.ledger.open(pathOf(fd), { flags: opening }), undefined);
  }

  /** Advice is not passed on: nothing depends on it. */
  advise(): void {
    void this.#openFile;
  }

  sync(): void {
    this.ask("read");
    files.fsyncSync(this.#file.fd);
  }

  syncData(): void {
    this.ask("read");
    files.fdatasyncSync(this.#file.fd);
  }

  getFlags(): object {
    const { read, write } = this.#access;
    const isDirectory = this.#isDirectory;
    return { ...noSync, read, write: write && !isDirectory, mutateDirectory: write && isDirectory };
  }

  /** Others are not opened (open-at.ts). */
  getType(): DescriptorType {
    return this.#isDirectory ? "directory" : "regular-file";
  }

  setSize(size: bigint): void {
    const { fd } = this.#openFile;
    this.#needWrite();
    setSize(fd, size);
  }

  setTimes(times: NewTimes): void {
    this.ask("write");
    this.#needWrite();
    setTimes(this.#file.fd, times);
  }

  /** The bytes, and whether the end was reached. */
  read(length: bigint, offset: bigint): readonly [bytes: Uint8Array, isEnd: boolean] {
    const bytes = readAt(this.#openFile.fd, length, offset);
    return [bytes, bytes.length === 0];
  }

  write(bytes: Uint8Array, offset: bigint): bigint {
    const { fd } = this.#openFile;
    this.#needWrite();
    writeAll(fd, bytes, offset);
    return BigInt(bytes.length);
  }

  readDirectory(): DirectoryEntryStream {
    this.ask("read");
    return new DirectoryEntryStream(this.directory, this.tree.ledger);
  }

  stat(): object {
    this.ask("read");
    return descriptorStat(statOf(this.#file.fd));
  }

  /** Those that are only shown are what they were made by: there is nothing to look at. */
  isSameObject(other: Descriptor): boolean {
    if (this.#isOnlyShown || other.#isOnlyShown) return this.tree.owner === other.tree.owner;
    return isSame(statOf(this.#file.fd), statOf(other.#file.fd));
  }

  metadataHash(): MetadataHash {
    this.ask("read");
    return metadataHash(statOf(this.#file.fd));
  }

  get #isOnlyShown(): boolean {
    return this.tree.onAsked !== undefined;
  }

  #needWrite(): void {
    if (this.rights.canWrite) return;
    this.tree.onWriteRefused?.(this.#file.fd, "");
    refuse("not-permitted");
  }
}
