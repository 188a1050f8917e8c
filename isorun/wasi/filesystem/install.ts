/** wasi:filesystem/preopens and types, one for each linker: several directories are given to one guest. */
import { ComponentError, TrapError } from "../../errors/errors.ts";
import type { HostFunction, HostResource, Linker } from "../../runtime/linker.ts";
import { installInterface } from "../interface-types.ts";
import { installStreams } from "../io.ts";
import type { IoError } from "../stream-error.ts";
import type { Descriptor } from "./descriptor.ts";
import type { DirectoryEntryStream } from "./directory-entries.ts";
import {
  createDirectoryAt,
  type DescriptorFlags,
  linkAt,
  metadataHashAt,
  type OpenFlags,
  openDescriptor,
  type PathFlags,
  readLinkAt,
  removeDirectoryAt,
  renameAt,
  setTimesAt,
  statAt,
  symlinkAt,
  unlinkFileAt,
} from "./directory-operations.ts";
import { attempt, FileStreamError } from "./error-code.ts";
import type { NewTimestamp } from "./metadata.ts";

export interface Preopen {
  readonly guestPath: string;
  /** Undefined if it is not there any more. */
  open(): Descriptor | undefined;
}

const installed = new WeakMap<Linker, Preopen[]>();

/** Adds to what `get-directories` gives; installs the interfaces, unless they were. */
export function installPreopens(linker: Linker, given: readonly Preopen[]): void {
  const known = installed.get(linker);
  if (known !== undefined) {
    known.push(...given);
    return;
  }
  const preopens = [...given];
  installed.set(linker, preopens);
  const descriptor = installTypes(linker);
  installInterface(linker, "filesystem/preopens", (inner) => {
    inner.resource("descriptor", descriptor);
    inner.func("get-directories", () => directoriesOf(preopens));
  });
}

const directoriesOf = (preopens: readonly Preopen[]): readonly (readonly [Descriptor, string])[] =>
  preopens.flatMap((preopen) => {
    // What fails here, or behind it, ends the instance, and with it what is open by then.
    const descriptor = opened(preopen);
    return descriptor === undefined ? [] : [[descriptor, preopen.guestPath] as const];
  });

/** There is no error to be told in `get-directories`. */
function opened(preopen: Preopen): Descriptor | undefined {
  try {
    return attempt(() => preopen.open());
  } catch (error) {
    if (!(error instanceof ComponentError)) throw error;
    throw new TrapError(`cannot open the directory '${preopen.guestPath}': ${String(error.payload)}`);
  }
}

function installTypes(linker: Linker): HostResource {
  const { error, inputStream, outputStream } = installStreams(linker);
  let descriptor: HostResource | undefined;
  installInterface(linker, "filesystem/types", (types) => {
    types.resource("input-stream", inputStream);
    types.resource("output-stream", outputStream);
    types.resource("error", error);
    const dispose = { drop: (value: unknown) => (value as Disposable)[Symbol.dispose]() }; // what was handed out
    descriptor = types.resource("descriptor", dispose);
    types.resource("directory-entry-stream", dispose);
    const method = (name: string, run: HostFunction) => types.func(`[method]${name}`, attempting(run));
    for (const [name, run] of Object.entries(openedMethods)) method(`descriptor.${name}`, run);
    for (const [name, run] of Object.entries(pathMethods)) method(`descriptor.${name}`, run);
    method("directory-entry-stream.read-directory-entry", (self: DirectoryEntryStream) => self.next());
    types.func("filesystem-error-code", (failed: IoError) =>
      failed instanceof FileStreamError ? failed.errorCode : undefined,
    );
  });
  if (descriptor === undefined) throw new Error("a linker defines an interface before it returns");
  return descriptor;
}

const attempting = (run: HostFunction): HostFunction => {
  const call = run as (...args: unknown[]) => unknown; // its arguments are what the type says
  return (...args: unknown[]) => attempt(() => call(...args));
};

/** On what is open. */
const openedMethods: Readonly<Record<string, HostFunction>> = {
  "read-via-stream": (self: Descriptor, offset: bigint) => self.readViaStream(offset),
  "write-via-stream": (self: Descriptor, offset: bigint) => self.writeViaStream(offset),
  "append-via-stream": (self: Descriptor) => self.appendViaStream(),
  advise: (self: Descriptor) => self.advise(),
  "sync-data": (self: Descriptor) => self.syncData(),
  "get-flags": (self: Descriptor) => self.getFlags(),
  "get-type": (self: Descriptor) => self.getType(),
  "set-size": (self: Descriptor, size: bigint) => self.setSize(size),
  "set-times": (self: Descriptor, access: NewTimestamp, modification: NewTimestamp) =>
    self.setTimes({ access, modification }),
  read: (self: Descriptor, length: bigint, offset: bigint) => self.read(length, offset),
  write: (self: Descriptor, bytes: Uint8Array, offset: bigint) => self.write(bytes, offset),
  "read-directory": (self: Descriptor) => self.readDirectory(),
  sync: (self: Descriptor) => self.sync(),
  stat: (self: Descriptor) => self.stat(),
  "is-same-object": (self: Descriptor, other: Descriptor) => self.isSameObject(other),
  "metadata-hash": (self: Descriptor) => self.metadataHash(),
};

/** On what a path leads to. */
const pathMethods: Readonly<Record<string, HostFunction>> = {
  "create-directory-at": (self: Descriptor, path: string) => createDirectoryAt({ self, path }),
  "stat-at": (self: Descriptor, follow: PathFlags, path: string) => statAt({ self, path }, follow),
  "set-times-at": (...[self, follow, path, access, modification]: TimesArguments) =>
    setTimesAt({ self, path }, follow, { access, modification }),
  "link-at": (...[self, follow, oldPath, other, newPath]: LinkArguments) =>
    linkAt({ self, path: oldPath }, follow, { self: other, path: newPath }),
  "open-at": (...[self, follow, path, open, flags]: OpenArguments) =>
    openDescriptor({ self, path }, { isFollowed: follow.symlinkFollow, open, flags }),
  "readlink-at": (self: Descriptor, path: string) => readLinkAt({ self, path }),
  "remove-directory-at": (self: Descriptor, path: string) => removeDirectoryAt({ self, path }),
  "rename-at": (...[self, oldPath, other, newPath]: RenameArguments) =>
    renameAt({ self, path: oldPath }, { self: other, path: newPath }),
  "symlink-at": (self: Descriptor, link: string, path: string) => symlinkAt(link, { self, path }),
  "unlink-file-at": (self: Descriptor, path: string) => unlinkFileAt({ self, path }),
  "metadata-hash-at": (self: Descriptor, follow: PathFlags, path: string) => metadataHashAt({ self, path }, follow),
};

type TimesArguments = [Descriptor, PathFlags, string, NewTimestamp, NewTimestamp];
type LinkArguments = [Descriptor, PathFlags, string, Descriptor, string];
type OpenArguments = [Descriptor, PathFlags, string, OpenFlags, DescriptorFlags];
type RenameArguments = [Descriptor, string, Descriptor, string];
