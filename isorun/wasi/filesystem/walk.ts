/**
 * Where a path leads, one name at a time. Each directory on the way is opened by its name in the one before, through
 * `/proc/self/fd`, and never through a symbolic link: those are read, and their names walked in turn. `..` goes back to
 * the directory that was walked through, which is open still. So whatever others rename, link or remove meanwhile, the
 * kernel is never asked for anything but a name in a directory that was reached from the first one downwards.
 */
import { type ErrorCode, errnoOf, refuse } from "./error-code.ts";
import { files, flags, pathOf } from "./host-files.ts";
import { kernelFileSystemOf } from "./kernel-files.ts";
import { statOf } from "./metadata.ts";
import { type Rights, rightsIn } from "./rights.ts";

/** As the kernel has it. */
const linksMax = 40;
const pathBytesMax = 4095;
/** Names of one path and of the links in it. The kernel has no limit; with its longest links they would be 80,000. */
const stepsMax = 8192;
/** No path is deeper by itself; links could make it so. */
const depthMax = 2048;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @throws ComponentError `illegal-byte-sequence` for what is not UTF-8 */
export function decodeName(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) refuse("illegal-byte-sequence");
    throw error;
  }
}

export interface WalkStart {
  /** It stays open. */
  readonly directory: number;
  /** Of the directory: `st_dev`. */
  readonly device: bigint;
  readonly rights: Rights;
  /** Told of a change that was refused: in this directory, of this name. */
  readonly onWriteRefused: ((directory: number, path: string) => void) | undefined;
  /** Told of a path that is refused because it leads out: how it goes on from this directory, or an absolute path. */
  readonly onLeave: ((way: string) => void) | undefined;
  /** Told of a path that is refused because it leads to the kernel's own: how it goes on from a directory that it reached. */
  readonly onKernelPath: ((way: string, from: KernelWay) => void) | undefined;
}

export interface KernelWay {
  readonly directory: number;
  readonly fileSystem: string;
}

export interface OnDevice {
  readonly fd: number;
  /** Its `st_dev`. */
  readonly device: bigint;
}

interface Reached extends OnDevice {
  readonly rights: Rights;
}

export class Walk {
  readonly #start: WalkStart;
  /** Behind the start, downwards. */
  readonly #directories: Reached[] = [];
  /** Names to come, the next one last. */
  readonly #rest: string[] = [];
  #links = 0;
  #steps = 0;
  #mustBeDirectory = false;

  /** @throws ComponentError for a path that leads nowhere, whatever is there */
  private constructor(start: WalkStart, path: string) {
    this.#start = start;
    this.#mustBeDirectory = this.#push(path);
  }

  /** Runs it with a walk from an open directory, and closes behind it all that was opened on the way. */
  static run<T>(start: WalkStart, path: string, run: (walk: Walk) => T): T {
    const walk = new Walk(start, path);
    try {
      return run(walk);
    } finally {
      for (const { fd } of walk.#directories) files.closeSync(fd);
    }
  }

  /** Whether the path, or a link at its end, closes with a slash. */
  get mustBeDirectory(): boolean {
    return this.#mustBeDirectory;
  }

  /** The directory that was reached, open until the walk ends. */
  get directory(): number {
    return this.#directories.at(-1)?.fd ?? this.#start.directory;
  }

  /** That of the directory that was reached. It is nothing else's as long as this is open. */
  get device(): bigint {
    return this.#directories.at(-1)?.device ?? this.#start.device;
  }

  /** In the directory that was reached. */
  get rights(): Rights {
    return this.#directories.at(-1)?.rights ?? this.#start.rights;
  }

  /** For what stands under the last name. @throws ComponentError `not-permitted` */
  needWrite(name = ".", { canWrite }: Rights = this.rights): void {
    if (canWrite) return;
    this.#start.onWriteRefused?.(this.directory, name);
    refuse("not-permitted");
  }

  /**
   * Of what is open under a name in the directory that was reached; undefined for ordinary files. What is on the device of
   * the directory is of its kind, so that only who goes on to another one asks the system.
   */
  kernelFileSystemOf({ fd, device }: OnDevice): string | undefined {
    return device === this.device ? undefined : kernelFileSystemOf(fd, device);
  }

  /** For what is open under this name. @throws ComponentError `not-permitted` if it is the kernel's own */
  needOrdinary(name: string, open: OnDevice): void {
    const fileSystem = this.kernelFileSystemOf(open);
    if (fileSystem === undefined) return;
    const way = [name, ...this.#rest.toReversed()].join("/");
    this.#start.onKernelPath?.(way, { directory: this.directory, fileSystem });
    refuse("not-permitted");
  }

  /** The last name, in the directory that was reached then; undefined if the path leads to this directory itself. */
  last(): string | undefined {
    for (let name = this.#rest.pop(); name !== undefined; name = this.#rest.pop()) {
      this.#steps += 1;
      if (this.#steps > stepsMax) refuse("loop");
      if (name === ".") continue;
      if (name === "..") this.#leave();
      else if (this.#rest.length === 0) return name;
      else this.#enter(name);
    }
    return undefined;
  }

  /** Of a name in the directory that was reached: for calls that do not follow links. */
  placeOf(name: string): string {
    return `${pathOf(this.directory)}/${name}`;
  }

  /** The last name is a link: the path goes on with what it says. If it is none any more, the name is walked again. */
  follow(name: string): void {
    this.#count();
    const target = this.#readLink(name);
    if (target === undefined) this.#rest.push(name);
    else if (this.#push(target)) this.#mustBeDirectory = true;
  }

  /** The last name was there, and is not any more, or the other way round: it is walked again. */
  again(name: string): void {
    this.#count();
    this.#rest.push(name);
  }

  #leave(): void {
    const left = this.#directories.pop();
    if (left === undefined) this.#refuseToLeave("..");
    files.closeSync(left.fd);
  }

  #refuseToLeave(first: string): never {
    this.#start.onLeave?.([first, ...this.#rest.toReversed()].join("/"));
    refuse("not-permitted");
  }

  #enter(name: string): void {
    if (this.#directories.length >= depthMax) refuse("name-too-long");
    const fd = this.#openDirectory(name);
    if (fd === undefined) return;
    const device = this.#ordinaryDevice(name, fd);
    this.#directories.push({ fd, device, rights: rightsIn(this.rights, name) });
  }

  #ordinaryDevice(name: string, fd: number): bigint {
    try {
      const { dev: device } = statOf(fd);
      this.needOrdinary(name, { fd, device });
      return device;
    } catch (error) {
      files.closeSync(fd);
      throw error;
    }
  }

  /** Undefined for a link, or what may be one by now: the path goes on with it. */
  #openDirectory(name: string): number | undefined {
    try {
      return files.openSync(this.placeOf(name), directoryFlags);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno !== "ENOTDIR" && errno !== "ELOOP") throw error;
      const target = this.#readLink(name);
      if (target !== undefined) {
        this.#count();
        this.#push(target);
        return undefined;
      }
      // What was no directory a moment ago, and no link now, may have been swapped for one in between.
      if (!this.#isWayOn(name)) throw error;
      this.again(name);
      return undefined;
    }
  }

  #isWayOn(name: string): boolean {
    const stats = files.lstatSync(this.placeOf(name));
    return stats.isDirectory() || stats.isSymbolicLink();
  }

  #count(): void {
    this.#links += 1;
    if (this.#links > linksMax) refuse("loop");
  }

  /** Undefined if it is no link. */
  #readLink(name: string): string | undefined {
    try {
      return decodeName(files.readlinkSync(this.placeOf(name), "buffer"));
    } catch (error) {
      if (errnoOf(error) === "EINVAL") return undefined;
      throw error;
    }
  }

  /** Whether the path names a directory by its form. */
  #push(path: string): boolean {
    requirePath(path);
    if (path.startsWith("/")) this.#refuseToLeave(path);
    const names = path.split("/");
    const end = names.at(-1);
    // A dot at the end is the directory itself; elsewhere it says nothing.
    if (end === ".") this.#rest.push(end);
    this.#rest.push(...names.filter((name) => name !== "" && name !== ".").reverse());
    return end === "";
  }
}

const directoryFlags = flags.path | flags.directory | flags.noFollow | flags.closeOnExec;

/** What a path is refused with that leads to nothing in any directory; undefined for all others. */
export function pathFault(path: string): ErrorCode | undefined {
  if (path === "") return "no-entry";
  if (path.includes("\0")) return "invalid";
  // No character takes more than three bytes for each of its units.
  const isLong = path.length > pathBytesMax / 3 && new TextEncoder().encode(path).length > pathBytesMax;
  return isLong ? "name-too-long" : undefined;
}

/** @throws ComponentError for a path that leads to nothing in any directory */
export function requirePath(path: string): void {
  const fault = pathFault(path);
  if (fault !== undefined) refuse(fault);
}
