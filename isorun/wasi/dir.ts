/** wasi:filesystem: directories of the host. */
import { argumentError } from "../../core/argument-error.ts";
import type { Policy } from "../../core/policy/policy.ts";
import { reasonOf } from "../../core/system-reason.ts";
import { nameOf } from "../call/check-value.ts";
import { ComponentError, LinkError } from "../errors/errors.ts";
import type { Linker } from "../runtime/linker.ts";
import { requireOptions, requireWord } from "../runtime/require-options.ts";
import { requireFunction } from "../runtime/required.ts";
import type { SystemComponent } from "../runtime/system-component.ts";
import {
  Descriptor,
  type DescriptorParts,
  type Leave,
  type LedToKernel,
  type LinkAcross,
  type LinkEnd,
  type Tree,
} from "./filesystem/descriptor.ts";
import { openDescriptor } from "./filesystem/directory-operations.ts";
import { attempt, type ErrorCode, errnoOf } from "./filesystem/error-code.ts";
import { below, type GrantedPart, grantedParts, type KernelGrant, kernelGrant } from "./filesystem/granted-parts.ts";
import { files, flags, hostPathOf, pathOf, whyNoFiles } from "./filesystem/host-files.ts";
import { installPreopens, type Preopen } from "./filesystem/install.ts";
import { kernelFileSystemAt } from "./filesystem/kernel-files.ts";
import { statOf } from "./filesystem/metadata.ts";
import { FileLedger } from "./filesystem/open-file.ts";
import { type Rights, readOnly, writable } from "./filesystem/rights.ts";
import { tellHost } from "./tell-host.ts";
import { wasiName } from "./wasi-name.ts";

/** What `new WasiDir` is told. */
export interface DirOptions {
  /** What the guest sees it as. Default: `/`. */
  readonly guestPath?: string;
  /** `write` implies to read. Default: `read`. */
  readonly access?: "read" | "write";
  /** Files, directories and streams that an instance may hold open at once. Default: 512. */
  readonly openFilesMax?: number;
  /**
   * Told of each change that was refused because it may only read, by a path or through what is open: the host's path.
   * Where nothing may be changed, no path is walked: `..` and links are in it as the guest gave them. What it throws is a
   * trap, and so is a promise, for which nothing waits. Of a place whose own path has more than 4095 bytes, which the system
   * does not tell, it is told as `…` in the directory that was given, and so are the others below.
   */
  readonly onWriteRefused?: (hostPath: string) => void;
  /** Told of each path that was refused because it leads out of the directory; else as `onWriteRefused`. */
  readonly onPathOut?: (out: PathOut) => void;
  /** Told of each path that was refused because it leads to the kernel's own files; else as `onWriteRefused`. */
  readonly onKernelPath?: (led: KernelPath) => void;
  /**
   * Told of each hard link that was to be made in it and was refused because the file is in another WasiDir, also where one
   * of both may only be read: it is not told to `onWriteRefused` then, because to be allowed to change it would not be
   * enough. Else as `onWriteRefused`.
   */
  readonly onLinkAcross?: (across: LinkAcross) => void;
}

/** A path that leads into a file system of the kernel's own, such as procfs. Nothing gives what is there. */
export interface KernelPath {
  /** What it was named for. */
  readonly capability: "read" | "write";
  /** Where it leads: behind where it was refused, `..` and links are in it as they stand. */
  readonly hostPath: string;
  /** `proc`, `sysfs` and the like. */
  readonly fileSystem: string;
}

/** A path that leads out of a directory. */
export interface PathOut {
  /** What it was named for. */
  readonly capability: "read" | "write";
  /** As the guest named it, below the name that the directory has for it: `…` where it has none, or none is known. */
  readonly guestPath: string;
  /** Where it leads, by its words from where it goes out: `..` and links are in it as they stand. */
  readonly hostPath: string;
  /** By an absolute path or link: these lead nowhere, whatever directory is given. */
  readonly isAbsolute: boolean;
  /** The host's path of the directory. */
  readonly directory: string;
}

/**
 * `wasi:filesystem/preopens` and `types`, with `wasi:io/error`, `poll` and `streams`: one directory of the host. An
 * instance that is linked to several is given all of them.
 *
 * ```ts
 * // It reads `input.txt` of its first directory, of 5 bytes, and writes into its last one.
 * const instance = await runtime
 *   .instance(await runtime.load(capitals))
 *   .linkSystem(new WasiDir(`${directory}/data`, { guestPath: "/data" }))
 *   .linkSystem(new WasiDir(`${directory}/out`, { guestPath: "/out", access: "write" }))
 *   .instantiate();
 * await instance.call("run"); // → 5n
 * ```
 *
 * The guest does not get out of it: not by `..`, absolute paths or symbolic links, also such as others put there while
 * it runs. Links and directories are followed as long as they stay inside. It cannot open devices, FIFOs and sockets,
 * and hard links are made inside of one WasiDir only; those that lead to the outside from before cannot be seen. File systems
 * of the kernel's own, such as procfs and sysfs, are not given with the directories that they are mounted in, wherever that is.
 *
 * The directory is opened when the object is made, and is this very one from then on, whatever its path leads to later.
 * `Symbol.dispose`, or the end of the object, closes it when the last instance that it was given to has ended. Descriptors
 * that guests have are closed when they are dropped or their instance ends.
 *
 * A policy narrows what is given: to reading, but for what is below the directories that it allows to write, and to those
 * directories in it that it allows, which are then given instead, each below `guestPath`. Linux only; elsewhere to link it is a LinkError.
 */
export class WasiDir implements SystemComponent, Disposable {
  readonly name = "WasiDir";
  readonly #hostPath: string;
  readonly #guestPath: string;
  readonly #canWrite: boolean;
  readonly #openFilesMax: number;
  readonly #onWriteRefused: (hostPath: string) => void;
  readonly #onPathOut: (out: PathOut) => void;
  readonly #onKernelPath: (led: KernelPath) => void;
  readonly #onLinkAcross: ((across: LinkAcross) => void) | undefined;
  readonly #directory: OpenDirectory | undefined;
  #policy: Policy | undefined;

  /**
   * @throws LinkError if the directory cannot be opened, with the reason; TypeError (`invalid-argument`) for what is no path,
   *   and for an option that there is not, or that cannot be what it is
   */
  constructor(hostPath: string, options: DirOptions = {}) {
    const given = requireDirOptions(hostPath, options);
    const { guestPath = "/", access = "read", openFilesMax = 512 } = given;
    this.#onWriteRefused = given.onWriteRefused ?? (() => undefined);
    this.#onPathOut = given.onPathOut ?? (() => undefined);
    this.#onKernelPath = given.onKernelPath ?? (() => undefined);
    this.#onLinkAcross = given.onLinkAcross;
    this.#hostPath = hostPath;
    this.#guestPath = guestPath;
    this.#canWrite = access === "write";
    this.#openFilesMax = openFilesMax;
    this.#directory = whyNoFiles() === undefined ? openDirectory(hostPath) : undefined;
    if (this.#directory !== undefined) forgotten.register(this, this.#directory, this);
  }

  configure(policy: Policy): void {
    this.#policy = policy;
  }

  /** @throws LinkError where directories cannot be given, or after `Symbol.dispose` */
  install(linker: Linker): void {
    const directory = this.#directory;
    if (directory === undefined) throw cannotGive(`cannot give a directory: ${whyNoFiles()}`);
    if (directory.isClosed) throw cannotGive("cannot give a directory: its WasiDir was disposed of");
    const ledger = new FileLedger(this.#openFilesMax);
    directory.retain();
    linker.onEnd(() => {
      ledger.closeAll();
      directory.release();
    });
    const told = {
      onWriteRefused: this.#refused(directory.fd),
      onLeave: this.#leaving(directory.fd),
      onKernelPath: this.#ledToKernel(directory.fd),
      linkEnd: this.#linkEnd(directory.fd),
      onLinkAcross: this.#linkedAcross(this.#onLinkAcross),
    };
    const tree = { owner: this, ledger, ...told };
    const preopens = this.#parts(directory.fd).map((part): Preopen => {
      return { guestPath: joined(this.#guestPath, part.path), open: () => openPart(directory, part, tree) };
    });
    installPreopens(linker, preopens);
  }

  /** Nothing can be linked to it any more; instances that it was given to keep it, and what they have opened. */
  [Symbol.dispose](): void {
    forgotten.unregister(this);
    this.#directory?.close();
  }

  #refused(root: number): (open: number, path: string) => void {
    return (open, path) => {
      const hostPath = this.#placeOf(root, { start: hostPathOf(open), way: path });
      tellHost("onWriteRefused", this.name, () => this.#onWriteRefused(hostPath));
    };
  }

  #linkEnd(root: number): (open: number, path: string) => LinkEnd {
    return (open, path) => {
      const hostPath = this.#placeOf(root, { start: hostPathOf(open), way: path });
      return { hostPath, givenAs: this.#guestPath };
    };
  }

  #linkedAcross(tell: DirOptions["onLinkAcross"]): ((across: LinkAcross) => void) | undefined {
    return tell && ((across) => tellHost("onLinkAcross", this.name, () => tell(across)));
  }

  #ledToKernel(root: number): (led: LedToKernel) => void {
    return ({ capability, directory, way, fileSystem }) => {
      const hostPath = this.#placeOf(root, { start: hostPathOf(directory), way });
      tellHost("onKernelPath", this.name, () => this.#onKernelPath({ capability, hostPath, fileSystem }));
    };
  }

  /** That of the directory itself. Others may have moved it to where no path of it is told. */
  #pathOf(root: number): string {
    return hostPathOf(root) ?? this.#hostPath;
  }

  /** The way would lead elsewhere from any place but its start, so that nothing is said of it where that is not known. */
  #placeOf(root: number, { start, way }: Way): string {
    return start === undefined ? joined(this.#pathOf(root), untold) : joined(start, way);
  }

  #leaving(root: number): (leave: Leave) => void {
    return ({ capability, directory: fd, path, way }) => {
      const [directory, start] = [this.#pathOf(root), hostPathOf(fd)];
      const isAbsolute = way.startsWith("/");
      // Others may have moved it out of the directory.
      const inside = start === undefined ? undefined : below(directory, start);
      const guestPath = path.startsWith("/") ? path : joined(joined(this.#guestPath, inside ?? untold), path);
      const hostPath = isAbsolute ? way : this.#placeOf(root, { start, way });
      tellHost("onPathOut", this.name, () =>
        this.#onPathOut({ capability, guestPath, hostPath, isAbsolute, directory }),
      );
    };
  }

  #parts(fd: number): readonly GrantedPart[] {
    const canWrite = this.#canWrite;
    if (this.#policy === undefined) return [{ path: "", rights: canWrite ? writable : readOnly }];
    const hostPath = hostPathOf(fd);
    if (hostPath === undefined) {
      throw cannotGive(`cannot give the directory '${this.#hostPath}': its path is longer than the kernel tells`);
    }
    const given = { hostPath, canWrite };
    requireOrdinary(kernelGrant(given, this.#policy));
    return grantedParts(given, this.#policy);
  }
}

interface Way {
  /** Of the host; undefined where it is not told. */
  readonly start: string | undefined;
  readonly way: string;
}

/** Stands for what is not told of a path. */
const untold = "…";

function requireDirOptions(hostPath: string, options: DirOptions): DirOptions {
  if (typeof hostPath !== "string") throw argumentError(`WasiDir must be given a path, found ${nameOf(hostPath)}`);
  const callbacks = ["onWriteRefused", "onPathOut", "onKernelPath", "onLinkAcross"] as const;
  const names = ["guestPath", "access", "openFilesMax", ...callbacks] as const;
  const given = requireOptions(options, "WasiDir", names);
  const { guestPath = "", access = "read", openFilesMax = 0 } = given;
  if (typeof guestPath !== "string") throw argumentError(`'guestPath' must be a string, found ${nameOf(guestPath)}`);
  requireWord(access, "'access'", ["read", "write"]);
  if (!(openFilesMax === Infinity || (Number.isInteger(openFilesMax) && openFilesMax >= 0))) {
    throw argumentError(`'openFilesMax' must be a whole number that is not negative, found ${nameOf(openFilesMax)}`);
  }
  for (const name of callbacks) if (given[name] !== undefined) requireFunction(given[name], `'${name}'`);
  return given;
}

/** Its number is another file's once it is closed, so that whoever may still ask for it holds it open. */
class OpenDirectory {
  readonly fd: number;
  /** `st_dev` */
  readonly device: bigint;
  /** The WasiDir, and the instances that it was given to. */
  #users = 1;
  #isClosed = false;

  constructor(fd: number) {
    this.fd = fd;
    this.device = statOf(fd).dev;
  }

  /** Whether the WasiDir is gone: nobody else can be given it then. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  retain(): void {
    this.#users += 1;
  }

  release(): void {
    this.#users -= 1;
    if (this.#users === 0) files.closeSync(this.fd);
  }

  /** By the WasiDir, as often as it likes. */
  close(): void {
    if (!this.#isClosed) this.release();
    this.#isClosed = true;
  }
}

const forgotten = new FinalizationRegistry<OpenDirectory>((directory) => directory.close());

function openDirectory(hostPath: string): OpenDirectory {
  const fd = openAny(hostPath);
  try {
    // Whatever device it is on: the others are known by it.
    requireOrdinary({ path: hostPath, fileSystem: kernelFileSystemAt(pathOf(fd)) });
    return new OpenDirectory(fd);
  } catch (error) {
    files.closeSync(fd);
    throw error;
  }
}

function openAny(hostPath: string): number {
  try {
    return files.openSync(hostPath, flags.path | flags.directory | flags.closeOnExec);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    // Else a part of its path is none.
    const isOther = errnoOf(error) === "ENOTDIR" && files.existsSync(hostPath);
    const reason = isOther ? "it is not a directory" : reasonOf(error);
    throw cannotGive(`cannot give the directory '${hostPath}': ${reason}`);
  }
}

/** @throws LinkError */
function requireOrdinary({ path, fileSystem }: KernelGrant): void {
  if (fileSystem === undefined) return;
  const reason = `it is the kernel's own (${fileSystem}), which is given to nobody; copy what is needed to a directory, and give that`;
  throw cannotGive(`cannot give the directory '${path}': ${reason}`);
}

function cannotGive(message: string): LinkError {
  return new LinkError([{ kind: "refused", import: wasiName("filesystem/preopens"), provider: "WasiDir", message }]);
}

/** Undefined for a part that is not there, or is no directory: no link is followed, which a guest could have put there. */
function openPart({ fd, device }: OpenDirectory, { path, rights }: GrantedPart, tree: Tree): Descriptor | undefined {
  const names = path === "" ? [] : path.split("/");
  const file = tree.ledger.open(pathOf(fd), { flags: flags.readOnly | flags.directory });
  let part = directoryOf({ file, device, tree, rights: names.reduceRight(around, rights) });
  for (const name of names) {
    const outer = part;
    try {
      const inner = openInner(outer, name);
      if (inner === undefined) return undefined;
      part = inner;
    } finally {
      outer[Symbol.dispose]();
    }
  }
  return part;
}

const around = (inner: Rights, name: string): Rights => ({ canWrite: false, inner: new Map([[name, inner]]) });

const directoryOf = (opened: Pick<DescriptorParts, "file" | "device" | "tree" | "rights">): Descriptor =>
  new Descriptor({ ...opened, isDirectory: true, access: { read: true, write: opened.rights.canWrite } });

function openInner(self: Descriptor, path: string): Descriptor | undefined {
  try {
    return attempt(() => openDescriptor({ self, path }, partOpening));
  } catch (error) {
    if (error instanceof ComponentError && absent.has(error.payload)) return undefined;
    throw error;
  }
}

const absent: ReadonlySet<unknown> = new Set<ErrorCode>(["no-entry", "not-directory", "loop", "access"]);

const partOpening = {
  isFollowed: false,
  open: { create: false, directory: true, exclusive: false, truncate: false },
  flags: {
    read: true,
    write: false,
    fileIntegritySync: false,
    dataIntegritySync: false,
    requestedWriteSync: false,
    mutateDirectory: true,
  },
};

const joined = (guestPath: string, path: string): string =>
  path === "" ? guestPath : `${guestPath.replace(/\/+$/, "")}/${path}`;
