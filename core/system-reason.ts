/**
 * What the system's error names mean, in words that fit behind a colon: `cannot read 'x': it does not exist`. The raw
 * text of the system, which repeats names and paths, is the problem's cause.
 */
const words: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "the system does not permit it",
  ENOENT: "it does not exist",
  ENOTDIR: "a part of its path is not a directory",
  EISDIR: "it is a directory",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left",
  EDQUOT: "the disk quota is used up",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "its symbolic links go in a circle",
  EBADF: "it is closed",
  EBUSY: "it is in use",
  ETXTBSY: "it is in use",
  EEXIST: "it exists already",
  ENOTEMPTY: "it is not empty",
  EIO: "the disk failed",
  EFBIG: "it is too large",
  EXDEV: "it is on another file system",
  ECONNREFUSED: "the connection was refused",
  ConnectionRefused: "the connection was refused",
  ECONNRESET: "the connection was closed",
  ConnectionClosed: "the connection was closed",
  EPIPE: "the connection was closed",
  ENOTFOUND: "its name is not known to the network",
  FailedToOpenSocket: "no connection could be opened",
  EHOSTUNREACH: "no route leads there",
  ENETUNREACH: "the network cannot be reached",
  ETIMEDOUT: "it did not answer in time",
};

/** `undefined` for an error without a name of the system, or with one that is rare enough to be shown as it is. */
export function wordsOfErrno(errno: string): string | undefined {
  return words[errno];
}

/** The words for a place in which something could not be made: what is absent is not the place itself. */
export function wordsOfMakingErrno(errno: string): string | undefined {
  if (errno === "ENOENT") return "nothing can be made there";
  return errno === "ENOTDIR" ? "it is not a directory" : words[errno];
}

/** As {@link reasonOf}, for the place in which something could not be made. */
export function makingReasonOf(error: unknown): string {
  const errno = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  return wordsOfMakingErrno(errno) ?? reasonOf(error);
}

/** The plain reason of a failed system call or connection; the error's own text where there is none. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const errno = "code" in error && typeof error.code === "string" ? error.code : undefined;
  return (errno === undefined ? undefined : words[errno]) ?? error.message;
}
