/** What a file system knows about an object: `descriptor-stat`, times, and what tells objects apart. */
import type { BigIntStats } from "node:fs";
import { refuse } from "./error-code.ts";
import { cLibrary, files, pathOf } from "./host-files.ts";

export type DescriptorType =
  | "unknown"
  | "block-device"
  | "character-device"
  | "directory"
  | "fifo"
  | "symbolic-link"
  | "regular-file"
  | "socket";

/** By the file type bits of a mode, which are those of a directory entry too. */
const typesByBits: Readonly<Record<number, DescriptorType>> = {
  0o1: "fifo",
  0o2: "character-device",
  0o4: "directory",
  0o6: "block-device",
  0o10: "regular-file",
  0o12: "symbolic-link",
  0o14: "socket",
};

export const typeOfBits = (bits: number): DescriptorType => typesByBits[bits] ?? "unknown";

const fileTypeShift = 12n;

export const typeOf = ({ mode }: Pick<BigIntStats, "mode">): DescriptorType =>
  typeOfBits(Number((mode >> fileTypeShift) & 0xfn));

/** Of an open file, also of one that is only named (flags.path). */
export const statOf = (fd: number): BigIntStats => files.fstatSync(fd, { bigint: true });

export type KnownStats = Pick<
  BigIntStats,
  "dev" | "ino" | "mode" | "nlink" | "size" | "atimeNs" | "mtimeNs" | "ctimeNs"
>;

/** Which object it is, and of which type. The kernel's own directories have as many links as there are processes. */
export const bareStats = ({ dev, ino, mode }: BigIntStats): KnownStats => {
  const unknown = -1n;
  return { dev, ino, mode, nlink: 1n, size: 0n, atimeNs: unknown, mtimeNs: unknown, ctimeNs: unknown };
};

interface Datetime {
  readonly seconds: bigint;
  readonly nanoseconds: number;
}

const nsPerSecond = 1_000_000_000n;

/** Times before 1970 cannot be told. */
const datetimeOf = (ns: bigint): Datetime | undefined =>
  ns < 0n ? undefined : { seconds: ns / nsPerSecond, nanoseconds: Number(ns % nsPerSecond) };

/** `descriptor-stat` */
export function descriptorStat(stats: KnownStats): object {
  return {
    type: typeOf(stats),
    linkCount: stats.nlink,
    size: stats.size,
    dataAccessTimestamp: datetimeOf(stats.atimeNs),
    dataModificationTimestamp: datetimeOf(stats.mtimeNs),
    statusChangeTimestamp: datetimeOf(stats.ctimeNs),
  };
}

export const isSame = (one: BigIntStats, other: BigIntStats): boolean => one.dev === other.dev && one.ino === other.ino;

/** Inode numbers and times are not to be read from hashes. */
const secret = crypto.getRandomValues(new BigUint64Array(2));

export interface MetadataHash {
  readonly lower: bigint;
  readonly upper: bigint;
}

/** Changes when the object is modified or replaced; the same all over a process. */
export function metadataHash({ dev, ino, mtimeNs, size }: KnownStats): MetadataHash {
  const [first = 0n, second = 0n] = secret;
  const fields = [dev, ino, mtimeNs, size];
  return { lower: mix(fields, first), upper: mix(fields, second) };
}

/** Mixing of each field by the finalizer of SplitMix64. */
function mix(fields: readonly bigint[], seed: bigint): bigint {
  let state = seed;
  for (const field of fields) {
    state = BigInt.asUintN(64, (state ^ field) + 0x9e37_79b9_7f4a_7c15n);
    state = BigInt.asUintN(64, (state ^ (state >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
    state = BigInt.asUintN(64, (state ^ (state >> 27n)) * 0x94d0_49bb_1331_11ebn);
    state ^= state >> 31n;
  }
  return state;
}

export type NewTimestamp =
  | { readonly tag: "no-change" }
  | { readonly tag: "now" }
  | { readonly tag: "timestamp"; readonly val: Datetime };

export interface NewTimes {
  readonly access: NewTimestamp;
  readonly modification: NewTimestamp;
}

/** Instead of nanoseconds (utimensat(2)). */
const utimeNow = (1n << 30n) - 1n;
const utimeOmit = (1n << 30n) - 2n;

/** Of an open file, also of one that is only named: of a link itself, if it is one. */
export function setTimes(fd: number, times: NewTimes): void {
  const library = cLibrary();
  if (library === undefined) setTimesInSeconds(fd, times);
  else library.utimens(pathOf(fd), new BigInt64Array([...timespec(times.access), ...timespec(times.modification)]));
}

/** To the microsecond or so: what `node:fs` takes is a floating-point number of seconds. */
export function setTimesInSeconds(fd: number, { access, modification }: NewTimes): void {
  const { atimeNs, mtimeNs } = statOf(fd);
  const nowNs = BigInt(Date.now()) * 1_000_000n;
  files.utimesSync(
    pathOf(fd),
    secondsOf(access, { nowNs, oldNs: atimeNs }),
    secondsOf(modification, { nowNs, oldNs: mtimeNs }),
  );
}

function timespec(time: NewTimestamp): readonly [seconds: bigint, nanoseconds: bigint] {
  if (time.tag === "no-change") return [0n, utimeOmit];
  if (time.tag === "now") return [0n, utimeNow];
  const { seconds, nanoseconds } = carried(time.val);
  return [seconds, BigInt(nanoseconds)];
}

/** The last floating-point number that is a time of the system's. */
const secondsMax = 2 ** 63 - 2 ** 10;

function secondsOf(
  time: NewTimestamp,
  { nowNs, oldNs }: { readonly nowNs: bigint; readonly oldNs: bigint },
): number | string {
  // As text: a number below 0, which is a time before 1970, `node:fs` takes for the present.
  if (time.tag === "no-change") return String(Number(oldNs) / Number(nsPerSecond));
  if (time.tag === "now") return Number(nowNs) / Number(nsPerSecond);
  const { seconds, nanoseconds } = carried(time.val);
  return Math.min(Number(seconds) + nanoseconds / Number(nsPerSecond), secondsMax);
}

/** Nanoseconds of a second or more are seconds. @throws ComponentError for a time beyond the system's */
function carried({ seconds, nanoseconds }: Datetime): Datetime {
  const ns = seconds * nsPerSecond + BigInt(nanoseconds);
  const whole = ns / nsPerSecond;
  if (whole >= 1n << 63n) refuse("overflow");
  return { seconds: whole, nanoseconds: Number(ns % nsPerSecond) };
}
