/**
 * The process around a command: environment, streams, terminal. One record, so that everything above it takes values
 * and the tests can give their own.
 */
import { homedir } from "node:os";
import type { Environment, Platform } from "@vivarium/core/paths";
import { workingDirectory } from "@vivarium/core/working-directory";
import { isTerminalDescriptor, writeOutput } from "./output-descriptor.ts";

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
  return {
    isTerminal,
    get width() {
      if (!isTerminal) return defaultWidth;
      return (descriptor === 1 ? process.stdout : process.stderr).columns || defaultWidth;
    },
    write: (text) => writeOutput(descriptor, Buffer.from(text)),
  };
}
