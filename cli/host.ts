/**
 * The process around a command: environment, streams, terminal. One record, so that everything above it takes values
 * and the tests can give their own.
 */
import { writeSync } from "node:fs";
import { homedir } from "node:os";
import type { Environment, Platform } from "@vivarium/core/paths";

export interface Host {
  readonly environment: Environment;
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

/** The real process. */
export function openHost(): Host {
  const { env } = process;
  return {
    environment: env,
    cwd: process.cwd(),
    home: env["HOME"] || homedir(),
    platform: platformOf(process.platform),
    stdout: openStream(1, process.stdout),
    stderr: openStream(2, process.stderr),
  };
}

/** Other Unix systems behave like Linux as far as places and signals go. */
const platformOf = (name: NodeJS.Platform): Platform => (name === "darwin" || name === "win32" ? name : "linux");

function openStream(descriptor: 1 | 2, stream: { isTTY?: boolean; columns?: number }): Stream {
  return {
    isTerminal: stream.isTTY === true,
    width: stream.columns || 80,
    write: (text) => writeAll(descriptor, text),
  };
}

/**
 * Writes synchronously, as often as it takes. A reader that went away is no error of ours: like other Unix tools we
 * end at once, with the code that a death by SIGPIPE has. A pipe that another process made non-blocking answers
 * EAGAIN; waiting a millisecond and trying again is what a blocking one would have done.
 */
export function writeAll(descriptor: 1 | 2, text: string): void {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(descriptor, bytes));
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "EPIPE") process.exit(128 + 13);
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
