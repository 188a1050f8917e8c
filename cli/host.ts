/**
 * The process around a command: environment, streams, terminal. One record, so that everything above it takes values
 * and the tests can give their own.
 */
import { fstatSync, readFileSync, writeSync } from "node:fs";
import { homedir } from "node:os";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Environment, Platform } from "@vivarium/core/paths";
import { workingDirectory } from "@vivarium/core/working-directory";
import type { cliDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof cliDiagnostics>();

export interface Host {
  readonly environment: Environment;
  /** `nowhere` where the system cannot tell it (core/working-directory.ts). */
  readonly cwd: string;
  readonly home: string;
  readonly platform: Platform;
  readonly stdout: Stream;
  readonly stderr: Stream;
}

export interface Stream {
  readonly isTerminal: boolean;
  /** Columns; 80 where it is no terminal or does not know. */
  readonly width: number;
  /** Writes all of it before it returns, so that an exit right after loses nothing. */
  readonly write: (text: string) => void;
}

const defaultWidth = 80;

/** The real process. */
export function openHost(): Host {
  const { env } = process;
  return {
    environment: env,
    cwd: workingDirectory(),
    home: env["HOME"] || homedir(),
    platform: platformOf(process.platform),
    stdout: openStream(1),
    stderr: openStream(2),
  };
}

/** Other Unix systems behave like Linux as far as places and signals go. */
const platformOf = (name: NodeJS.Platform): Platform => (name === "darwin" || name === "win32" ? name : "linux");

/** `process.stdout` and `process.stderr` cost a millisecond each to make, so they are touched only for a terminal. */
function openStream(descriptor: 1 | 2): Stream {
  const isTerminal = isTerminalDescriptor(descriptor);
  let isClosed: boolean | undefined;
  return {
    isTerminal,
    get width() {
      if (!isTerminal) return defaultWidth;
      return (descriptor === 1 ? process.stdout : process.stderr).columns || defaultWidth;
    },
    write: (text) => {
      isClosed ??= descriptor === 1 && wasClosed(descriptor);
      if (isClosed && text !== "") throw problem("E_OUTPUT_WRITE", { reason: "EBADF" });
      writeAll(descriptor, text);
    },
  };
}

/**
 * Loading node:tty costs more than a millisecond, so it is asked only about what can be a terminal: a character device,
 * and on Linux not one of the memory devices (major number 1), which /dev/null is.
 */
function isTerminalDescriptor(descriptor: 1 | 2): boolean {
  const status = statusOf(descriptor);
  if (status === undefined || !status.isCharacterDevice()) return false;
  if (process.platform === "linux" && Number(status.rdev) >> 8 === 1) return false;
  return process.getBuiltinModule("node:tty").isatty(descriptor);
}

/** Undefined where the caller closed the descriptor (`>&-`). */
function statusOf(descriptor: 1 | 2): ReturnType<typeof fstatSync> | undefined {
  try {
    return fstatSync(descriptor);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EBADF") return undefined;
    throw error;
  }
}

/** Major number 1, minor number 3. */
const nullDevice = 0x103;
const closesOnExec = 0o2000000;

/**
 * Whether the caller closed it (`>&-`): the runtime has opened /dev/null in its place, which would take every result
 * without a word. That one closes on exec; what a caller hands over cannot, or it would not have come through exec.
 */
export function wasClosed(descriptor: 1): boolean {
  if (process.platform !== "linux" || Number(statusOf(descriptor)?.rdev) !== nullDevice) return false;
  try {
    const [, flags = "0"] = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8")) ?? [];
    return (Number.parseInt(flags, 8) & closesOnExec) !== 0;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false; // No /proc here.
    throw error;
  }
}

/**
 * Writes synchronously, as often as it takes. A reader that went away is no error of ours: like other Unix tools we
 * end at once, with the code that a death by SIGPIPE has. A pipe that another process made non-blocking answers
 * EAGAIN; waiting a millisecond and trying again is what a blocking one would have done.
 */
function writeAll(descriptor: 1 | 2, text: string): void {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(descriptor, bytes));
    } catch (error) {
      if (!isWorthAnotherTry(descriptor, error)) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/** False where nobody is left to tell: a stderr that takes no words must not change what the command came to. */
function isWorthAnotherTry(descriptor: 1 | 2, error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EAGAIN") return true;
  if (code === "EPIPE") process.exit(128 + 13);
  if (typeof code !== "string") throw error;
  if (descriptor === 2) return false;
  throw problem("E_OUTPUT_WRITE", { reason: code }, { cause: error });
}
