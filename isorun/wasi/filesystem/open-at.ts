/**
 * Opening by path. What stands under the last name is named first (O_PATH) and looked at, which touches no device and
 * waits for no FIFO; then that very object is opened, whatever its name stands for by now. What is created is created
 * exclusively, so that it is a new file and nothing else.
 */
import type { BigIntStats } from "node:fs";
import { errnoOf, refuse } from "./error-code.ts";
import { files, flags, pathOf } from "./host-files.ts";
import { statOf, typeOf } from "./metadata.ts";
import type { FileLedger, OpenFile } from "./open-file.ts";
import { type Rights, rightsIn } from "./rights.ts";
import type { Walk } from "./walk.ts";

const nameOnly = flags.path | flags.noFollow | flags.closeOnExec;

export interface Named {
  readonly fd: number;
  /** Undefined if it is the directory that was reached. */
  readonly name: string | undefined;
  readonly rights: Rights;
  readonly stats: BigIntStats;
}

/**
 * What a path leads to, named by a descriptor that is closed behind `use`. Links at its end are followed if so wished.
 */
export function withNamed<T>(walk: Walk, isFollowed: boolean, use: (named: Named) => T): T {
  for (;;) {
    const name = walk.last();
    if (name === undefined) {
      return use({ fd: walk.directory, name, rights: walk.rights, stats: statOf(walk.directory) });
    }
    const fd = files.openSync(walk.placeOf(name), nameOnly);
    try {
      const stats = statOf(fd);
      const type = typeOf(stats);
      if (type !== "symbolic-link" || !(isFollowed || walk.mustBeDirectory)) {
        if (walk.mustBeDirectory && type !== "directory") refuse("not-directory");
        return use({ fd, name, rights: type === "directory" ? rightsIn(walk.rights, name) : walk.rights, stats });
      }
    } finally {
      files.closeSync(fd);
    }
    walk.follow(name);
  }
}

export interface OpenRequest {
  readonly isFollowed: boolean;
  readonly create: boolean;
  readonly exclusive: boolean;
  readonly truncate: boolean;
  /** Nothing but a directory will do. */
  readonly directory: boolean;
  readonly read: boolean;
  readonly write: boolean;
}

export interface Opened {
  readonly file: OpenFile;
  readonly isDirectory: boolean;
  /** `st_dev` */
  readonly device: bigint;
  readonly rights: Rights;
}

/** @throws ComponentError, and what `node:fs` throws */
export function openAt(walk: Walk, ledger: FileLedger, request: OpenRequest): Opened {
  for (;;) {
    const name = walk.last();
    if (name === undefined)
      return openDirectory({ fd: walk.directory, device: walk.device, rights: walk.rights }, ledger, request);
    if (request.create && walk.mustBeDirectory) refuse("is-directory");
    const opened = request.create && request.exclusive ? undefined : openExisting(walk, name, { ledger, request });
    if (opened === "link") walk.follow(name);
    else if (opened !== undefined) return opened;
    else {
      walk.needWrite(name);
      const file = createFile(walk.placeOf(name), ledger, request);
      if (file !== undefined) return { file, isDirectory: false, device: walk.device, rights: walk.rights };
      walk.again(name);
    }
  }
}

interface Existing {
  readonly ledger: FileLedger;
  readonly request: OpenRequest;
}

/** Undefined if nothing is there, and it may be created. */
function openExisting(walk: Walk, name: string, { ledger, request }: Existing): Opened | "link" | undefined {
  let named: number;
  try {
    named = files.openSync(walk.placeOf(name), nameOnly);
  } catch (error) {
    if (request.create && errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const stats = statOf(named);
    const { dev: device } = stats;
    const type = typeOf(stats);
    walk.needOrdinary(name, { fd: named, device });
    if (type === "symbolic-link") {
      if (!request.isFollowed && !walk.mustBeDirectory) refuse("loop");
      return "link";
    }
    if (type === "directory") {
      return openDirectory({ fd: named, device, rights: rightsIn(walk.rights, name) }, ledger, request);
    }
    if (request.directory || walk.mustBeDirectory) refuse("not-directory");
    // Devices do things when they are opened, FIFOs wait, sockets cannot be: none of them is a file to read or write.
    if (type !== "regular-file") refuse("not-permitted");
    if (request.write) walk.needWrite(name);
    const opening = accessFlags(request) | (request.truncate ? flags.truncate : 0);
    return { file: ledger.open(pathOf(named), { flags: opening }), isDirectory: false, device, rights: walk.rights };
  } finally {
    files.closeSync(named);
  }
}

interface NamedDirectory {
  readonly fd: number;
  readonly device: bigint;
  readonly rights: Rights;
}

function openDirectory({ fd, ...known }: NamedDirectory, ledger: FileLedger, request: OpenRequest): Opened {
  if (request.create && request.exclusive) refuse("exist");
  if (request.write) refuse("is-directory");
  return { file: ledger.open(pathOf(fd), { flags: flags.readOnly | flags.directory }), isDirectory: true, ...known };
}

/** Undefined if something is there by now, which others have made. */
function createFile(path: string, ledger: FileLedger, request: OpenRequest): OpenFile | undefined {
  try {
    const opening = accessFlags(request) | flags.create | flags.exclusive | flags.noFollow;
    return ledger.open(path, { flags: opening, mode: 0o666 });
  } catch (error) {
    if (request.exclusive || errnoOf(error) !== "EEXIST") throw error;
    return undefined;
  }
}

function accessFlags({ read, write }: OpenRequest): number {
  const access = write ? (read ? flags.readWrite : flags.writeOnly) : flags.readOnly;
  return access | flags.nonBlocking | flags.noTerminal;
}
