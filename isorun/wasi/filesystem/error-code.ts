/** `error-code` of wasi:filesystem/types: what the guest is told when the system, or a rule, says no. */
import { ComponentError } from "../../errors/errors.ts";
import { IoError, streamFailed } from "../stream-error.ts";

/** By the system's names for them, as wasmtime pairs them; too many open files have no code of their own. */
const codes = {
  EACCES: "access",
  EAGAIN: "would-block",
  EALREADY: "already",
  EBADF: "bad-descriptor",
  EBUSY: "busy",
  EDEADLK: "deadlock",
  EDQUOT: "quota",
  EEXIST: "exist",
  EFBIG: "file-too-large",
  EILSEQ: "illegal-byte-sequence",
  EINPROGRESS: "in-progress",
  EINTR: "interrupted",
  EINVAL: "invalid",
  EIO: "io",
  EISDIR: "is-directory",
  ELOOP: "loop",
  EMFILE: "insufficient-memory",
  EMLINK: "too-many-links",
  EMSGSIZE: "message-size",
  ENAMETOOLONG: "name-too-long",
  ENFILE: "insufficient-memory",
  ENODEV: "no-device",
  ENOENT: "no-entry",
  ENOLCK: "no-lock",
  ENOMEM: "insufficient-memory",
  ENOSPC: "insufficient-space",
  ENOSYS: "unsupported",
  ENOTDIR: "not-directory",
  ENOTEMPTY: "not-empty",
  ENOTRECOVERABLE: "not-recoverable",
  ENOTSUP: "unsupported",
  ENOTTY: "no-tty",
  ENXIO: "no-such-device",
  EOPNOTSUPP: "unsupported",
  EOVERFLOW: "overflow",
  EPERM: "not-permitted",
  EPIPE: "pipe",
  EROFS: "read-only",
  ESPIPE: "invalid-seek",
  ETXTBSY: "text-file-busy",
  EXDEV: "cross-device",
} as const;

export type ErrorCode = (typeof codes)[keyof typeof codes];

/** As a result has it; a stream tells it in another way. */
class Refusal extends ComponentError {
  readonly errorCode: ErrorCode;

  constructor(errorCode: ErrorCode) {
    super(errorCode);
    this.errorCode = errorCode;
  }
}

export function refuse(code: ErrorCode): never {
  throw new Refusal(code);
}

/** The system's name of an error of `node:fs`; undefined for an error of another kind. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && "errno" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}

function codeOf(error: unknown): ErrorCode | undefined {
  const errno = errnoOf(error);
  return errno === undefined ? undefined : (codes[errno as keyof typeof codes] ?? "io"); // or none of them: io
}

/** Runs it; what the system refuses is thrown as the guest is told. */
export function attempt<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    const code = codeOf(error);
    throw code === undefined ? error : new ComponentError(code);
  }
}

/** An `error` of wasi:io that `filesystem-error-code` knows the code of. */
export class FileStreamError extends IoError {
  readonly errorCode: ErrorCode;

  constructor(errorCode: ErrorCode) {
    super(`the file failed: ${errorCode}`);
    this.errorCode = errorCode;
  }
}

/** Runs it for a stream; what the system refuses is thrown as its `last-operation-failed`. */
export function attemptOnStream<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    const code = error instanceof Refusal ? error.errorCode : codeOf(error);
    throw code === undefined ? error : streamFailed(new FileStreamError(code));
  }
}
