/** Opens what somebody names as a file or a page: a FIFO or a device in its place would be waited on, or read, for ever. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

/** Has a `code`, as what the system throws has: whoever tells of files that cannot be read tells of this one, too. */
class IrregularFile extends Error {
  override readonly name = "IrregularFile";
  readonly code: "EISDIR" | "ENOTREG";

  constructor(code: IrregularFile["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** A descriptor for reading. @throws errors of the system, also for what is no regular file */
export function openRegular(path: string): number {
  // Without waiting for somebody who writes. Windows has no FIFO among its files.
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  const status = fstatSync(descriptor);
  if (status.isFile()) return descriptor;
  closeSync(descriptor);
  if (status.isDirectory()) throw new IrregularFile("EISDIR", "it is a directory");
  throw new IrregularFile("ENOTREG", "it is no regular file");
}

export function readRegular(path: string): Buffer {
  const descriptor = openRegular(path);
  try {
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
