/** The operations of a directory descriptor that take a path: each walks it, and acts on a name where the walk ended. */
import { Descriptor, type Leave } from "./descriptor.ts";
import { errnoOf, refuse } from "./error-code.ts";
import { files } from "./host-files.ts";
import {
  bareStats,
  descriptorStat,
  type KnownStats,
  type MetadataHash,
  metadataHash,
  type NewTimes,
  setTimes,
} from "./metadata.ts";
import { type Named, openAt, withNamed } from "./open-at.ts";
import { mayChange } from "./rights.ts";
import { decodeName, pathFault, Walk, type WalkStart } from "./walk.ts";

/** `path-flags` */
export interface PathFlags {
  readonly symlinkFollow: boolean;
}

/** `open-flags` */
export interface OpenFlags {
  readonly create: boolean;
  readonly directory: boolean;
  readonly exclusive: boolean;
  readonly truncate: boolean;
}

/** `descriptor-flags` */
export interface DescriptorFlags {
  readonly read: boolean;
  readonly write: boolean;
  readonly fileIntegritySync: boolean;
  readonly dataIntegritySync: boolean;
  readonly requestedWriteSync: boolean;
  readonly mutateDirectory: boolean;
}

/** A directory and a path in it. */
export interface Target {
  readonly self: Descriptor;
  readonly path: string;
  /** Told in place of what its tree has for it, where the right that is missing would not be enough. */
  readonly onWriteRefused?: ((open: number, path: string) => void) | undefined;
}

function startOf(
  { self, path, onWriteRefused = self.tree.onWriteRefused }: Target,
  capability: Leave["capability"],
): WalkStart {
  self.ask(capability, path);
  const { directory, device, rights, tree } = self;
  const { onLeave, onKernelPath } = tree;
  return {
    directory,
    device,
    rights,
    onWriteRefused,
    onLeave: onLeave && ((way) => onLeave({ capability, directory, path, way })),
    onKernelPath: onKernelPath && ((way, from) => onKernelPath({ capability, way, ...from })),
  };
}

const walking = <T>(target: Target, run: (walk: Walk) => T, capability: Leave["capability"] = "read"): T =>
  Walk.run(startOf(target, capability), target.path, run);

/** Where nothing may be changed, that is said whatever the path leads to; what leads to nothing is nobody's to hear. */
function needChanges({ self, path, onWriteRefused = self.tree.onWriteRefused }: Target): void {
  self.ask("write", path);
  if (mayChange(self.rights)) return;
  if (pathFault(path) === undefined) onWriteRefused?.(self.directory, path);
  refuse("not-permitted");
}

/** Goes to the last name, and acts on it where the directory that it stands in may be changed. */
function changing<T>(target: Target, run: (walk: Walk, name: string | undefined) => T): T {
  needChanges(target);
  return walking(
    target,
    (walk) => {
      const name = walk.last();
      walk.needWrite(name);
      return run(walk, name);
    },
    "write",
  );
}

interface Opening {
  readonly isFollowed: boolean;
  readonly open: OpenFlags;
  readonly flags: DescriptorFlags;
}

/** The order of refusals is wasmtime's. */
export function openDescriptor(target: Target, { isFollowed, open, flags }: Opening): Descriptor {
  const { tree } = target.self;
  const { create, exclusive, truncate } = open;
  if (open.directory && (create || exclusive || truncate)) refuse("invalid");
  if (create || truncate || flags.write) needChanges(target);
  if (flags.fileIntegritySync || flags.dataIntegritySync || flags.requestedWriteSync) refuse("unsupported");
  const access = { read: flags.read || !flags.write, write: flags.write || create || truncate };
  const request = { ...open, ...access, isFollowed };
  return walking(
    target,
    (walk) => {
      const { file, isDirectory, device, rights } = openAt(walk, tree.ledger, request);
      // To ask for more than there is is no error, because libraries do: the directory opens, and changes are refused.
      const granted = isDirectory ? { read: true, write: flags.mutateDirectory && rights.canWrite } : access;
      return new Descriptor({ file, isDirectory, device, tree, rights, access: granted });
    },
    access.write ? "write" : "read",
  );
}

/** Of the kernel's own, which listings of other directories show, no more than that it is there. */
const tellable = (walk: Walk, { fd, stats }: Named): KnownStats =>
  walk.kernelFileSystemOf({ fd, device: stats.dev }) === undefined ? stats : bareStats(stats);

export const statAt = (target: Target, { symlinkFollow }: PathFlags): object =>
  walking(target, (walk) => withNamed(walk, symlinkFollow, (named) => descriptorStat(tellable(walk, named))));

export const metadataHashAt = (target: Target, { symlinkFollow }: PathFlags): MetadataHash =>
  walking(target, (walk) => withNamed(walk, symlinkFollow, (named) => metadataHash(tellable(walk, named))));

export function setTimesAt(target: Target, { symlinkFollow }: PathFlags, times: NewTimes): void {
  needChanges(target);
  walking(
    target,
    (walk) =>
      withNamed(walk, symlinkFollow, ({ fd, name, rights, stats }) => {
        walk.needOrdinary(name ?? ".", { fd, device: stats.dev });
        walk.needWrite(name, rights);
        setTimes(fd, times);
      }),
    "write",
  );
}

/** @throws ComponentError `not-permitted` for one that leads to an absolute path */
export const readLinkAt = (target: Target): string =>
  walking(target, (walk) => {
    if (walk.mustBeDirectory) return withNamed(walk, true, () => refuse("invalid"));
    const name = walk.last();
    if (name === undefined) refuse("invalid");
    const link = decodeName(files.readlinkSync(walk.placeOf(name), "buffer"));
    if (link.startsWith("/")) refuse("not-permitted");
    return link;
  });

export const createDirectoryAt = (target: Target): void =>
  changing(target, (walk, name) => {
    if (name === undefined) refuse("exist");
    files.mkdirSync(walk.placeOf(name));
  });

export const removeDirectoryAt = (target: Target): void =>
  changing(target, (walk, name) => {
    if (name === undefined) refuse("invalid");
    files.rmdirSync(walk.placeOf(name));
  });

export const unlinkFileAt = (target: Target): void =>
  changing(target, (walk, name) => {
    if (name === undefined) refuse("is-directory");
    if (walk.mustBeDirectory) refuse(isDirectoryAt(walk.placeOf(name)) ? "is-directory" : "not-directory");
    files.unlinkSync(walk.placeOf(name));
  });

/** The link may lead anywhere but to an absolute path: where it leads is decided when it is followed. */
export function symlinkAt(link: string, target: Target): void {
  needChanges(target);
  if (link.startsWith("/")) refuse("not-permitted");
  if (link.includes("\0")) refuse("invalid");
  changing(target, (walk, name) => {
    if (name === undefined) refuse("exist");
    if (walk.mustBeDirectory) refuse(exists(walk.placeOf(name)) ? "exist" : "no-entry");
    files.symlinkSync(link, walk.placeOf(name));
  });
}

/** Never to a file of another WasiDir, which could grant more. @throws ComponentError `invalid` if links are to be followed */
export function linkAt(from: Target, { symlinkFollow }: PathFlags, to: Target): void {
  const isAllowed = mayChange(from.self.rights) && mayChange(to.self.rights);
  if (isAllowed && symlinkFollow) refuse("invalid");
  if (from.self.tree.owner === to.self.tree.owner) return linkWithin(from, to);
  const onWriteRefused = acrossTeller(from, to);
  changing({ ...from, onWriteRefused }, () =>
    changing({ ...to, onWriteRefused }, () => {
      onWriteRefused?.();
      refuse("cross-device");
    }),
  );
}

/** Where one of both is only shown, the right to it is what is missing first, and told as ever. */
function acrossTeller(from: Target, to: Target): (() => void) | undefined {
  const { linkEnd: fromEnd } = from.self.tree;
  const { linkEnd: toEnd, onLinkAcross } = to.self.tree;
  if (fromEnd === undefined || toEnd === undefined || onLinkAcross === undefined) return undefined;
  return () => {
    if (pathFault(from.path) !== undefined || pathFault(to.path) !== undefined) return;
    const [old, made] = [fromEnd(from.self.directory, from.path), toEnd(to.self.directory, to.path)];
    onLinkAcross({ from: old, to: made });
  };
}

function linkWithin(from: Target, to: Target): void {
  changing(from, (old, oldName) =>
    changing(to, (made, newName) => {
      if (oldName === undefined) refuse("not-permitted");
      if (newName === undefined) refuse("exist");
      if (old.mustBeDirectory) refuse(isDirectoryAt(old.placeOf(oldName)) ? "not-permitted" : "not-directory");
      if (made.mustBeDirectory) refuse(exists(made.placeOf(newName)) ? "exist" : "no-entry");
      files.linkSync(old.placeOf(oldName), made.placeOf(newName));
    }),
  );
}

export function renameAt(from: Target, to: Target): void {
  changing(from, (old, oldName) =>
    changing(to, (made, newName) => {
      if (oldName === undefined || newName === undefined) refuse("busy");
      const mustBeDirectory = old.mustBeDirectory || made.mustBeDirectory;
      if (mustBeDirectory && !isDirectoryAt(old.placeOf(oldName))) refuse("not-directory");
      files.renameSync(old.placeOf(oldName), made.placeOf(newName));
    }),
  );
}

const isDirectoryAt = (place: string): boolean => files.lstatSync(place).isDirectory();

function exists(place: string): boolean {
  try {
    files.lstatSync(place);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
}
