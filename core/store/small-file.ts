/**
 * Reads small files: the store's records, seals, choices and answers, and those of a project. Anything may stand in
 * their places: a power cut leaves them short, a careless hand leaves directories, links that go in a circle, or a FIFO,
 * which would be waited on for ever. So only regular files are read; in the store only contents of the right shape
 * count, and the rest is damage, which the caller treats as "make it again".
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats, statSync } from "node:fs";
import { errnoOf, ioProblem } from "./io-problem.ts";

export type Reading<T> =
  | { readonly kind: "absent" }
  | { readonly kind: "damaged"; readonly detail: string }
  | { readonly kind: "whole"; readonly value: T };

const absent: Reading<never> = { kind: "absent" };
const damaged = (detail: string): Reading<never> => ({ kind: "damaged", detail });

/** The value, where it is whole. */
export const wholeOf = <T>(reading: Reading<T>): T | undefined =>
  reading.kind === "whole" ? reading.value : undefined;

/** What open(2) says of things that are no files to be read: a circle of links, a socket, a device without a driver. */
const noFile: ReadonlySet<string | undefined> = new Set(["ELOOP", "EISDIR", "ENXIO", "ENODEV", "EOPNOTSUPP"]);
const nobody: ReadonlySet<string | undefined> = new Set(["ENOENT", "ENOTDIR"]);

/** The status of what a path leads to, where that is a regular file. */
export function regularFileStatus(path: string): Stats | undefined {
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    return status?.isFile() === true ? status : undefined;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

/** Whether a path leads to a regular file: for readers that have their own way to read one. */
export const isRegularFile = (path: string): boolean => regularFileStatus(path) !== undefined;

/**
 * The bytes of a regular file, and undefined for anything else that has its name: a FIFO would be waited on for ever, a
 * device gives no end. Opened without waiting and looked at when it is open, so that nothing can take its place between.
 * @throws the system's error
 */
export function readRegularFile(path: string, bytesMax = Number.POSITIVE_INFINITY): Buffer | undefined {
  // Windows has neither FIFOs in its directories nor the flag.
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) return undefined;
    throwIfTooLarge(path, { size: status.size, bytesMax });
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Of what people write by hand. A file of gigabytes fits into no string, and into few memories. */
const settingsBytesMax = 16 * 1024 * 1024;

/**
 * {@link readRegularFile} for files of settings, which are small.
 * @throws the system's error, and its EFBIG for a file of more than 16 MiB
 */
export const readSettingsFile = (path: string): Buffer | undefined => readRegularFile(path, settingsBytesMax);

/** @throws EFBIG */
export function throwIfTooLarge(
  path: string,
  { size, bytesMax = settingsBytesMax }: { readonly size: number; readonly bytesMax?: number },
): void {
  if (size > bytesMax) throw Object.assign(new Error(`EFBIG: file too large, read '${path}'`), { code: "EFBIG" });
}

/** The bytes of a file. @throws E_STORE_PERMISSION, E_STORE_IO */
export function readSmallBytes(path: string): Reading<Buffer> {
  try {
    const value = readRegularFile(path);
    return value === undefined ? damaged("it is no regular file") : { kind: "whole", value };
  } catch (error) {
    const errno = errnoOf(error);
    if (nobody.has(errno)) return absent;
    if (noFile.has(errno)) return damaged("it is no regular file");
    throw ioProblem(error, { path, operation: "read" });
  }
}

/** The same as text. */
export function readSmallText(path: string): Reading<string> {
  const reading = readSmallBytes(path);
  return reading.kind === "whole" ? { kind: "whole", value: reading.value.toString() } : reading;
}

/** A JSON object or list for which `isShape` holds. */
export function readSmallJson<T extends object>(path: string, isShape: (value: object) => value is T): Reading<T> {
  const reading = readSmallText(path);
  return reading.kind === "whole" ? parseSmallJson(reading.value, isShape) : reading;
}

export function parseSmallJson<T extends object>(text: string, isShape: (value: object) => value is T): Reading<T> {
  try {
    const value: unknown = JSON.parse(text);
    const isWhole = typeof value === "object" && value !== null && isShape(value);
    return isWhole ? { kind: "whole", value } : damaged("it does not hold what it should");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return damaged("it cannot be read");
  }
}

/** Whether all fields of a shape are there, each of its type: what a reader relies on without a library. */
export function hasFields(value: object, types: Readonly<Record<string, FieldType>>): boolean {
  const fields = value as Readonly<Record<string, unknown>>; // any object may be looked at so
  return Object.entries(types).every(([name, type]) => isOfType(fields[name], type));
}

export type FieldType = "string" | "number" | "boolean" | "object" | "list" | "strings";

function isOfType(value: unknown, type: FieldType): boolean {
  if (type === "strings") return Array.isArray(value) && value.every((item) => typeof item === "string");
  if (type === "list") return Array.isArray(value);
  return typeof value === type && value !== null && !Array.isArray(value);
}
