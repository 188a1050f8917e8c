/**
 * Replaces this process by another program: execve(2) through the C library.
 *
 * In: a program, its argument vector and its whole environment. Out: nothing, because what called it is gone; the pid,
 * the terminal, the working directory, descriptors 0 to 2 and those that the caller names stay. All others are
 * close-on-exec.
 *
 * Why not `process.execve`: it leaves SIGPIPE and SIGXFSZ ignored, as the runtime set them, and a program that inherits
 * an ignored SIGPIPE does not die when its reader goes away (`pybun run x.py | head`). Both are put back first. The soft
 * limit of open files cannot be: the runtime raises it to the hard one before any of our code runs, and the system does
 * not tell what it was. Who needs a low one sets the hard limit too (`ulimit -n 200`, without -S). On
 * Windows no process can be replaced: callers start a child there and wait for it.
 */
import { type Pointer, ptr } from "bun:ffi";
import { openCLibrary } from "./c-library.ts";

export interface Replacement {
  /** Absolute path of the program. */
  readonly path: string;
  /** All of argv, the name of the program first. Bytes go as they are, text as UTF-8. */
  readonly argv: readonly (string | Uint8Array)[];
  readonly environment: Readonly<Record<string, string | Uint8Array | undefined>>;
  /** Descriptors that the program keeps besides the standard streams (inherited-descriptors.ts). Linux only. */
  readonly descriptors?: readonly number[];
}

const signalDefault = null;
/** Ignored by the runtime. The numbers are the same on Linux (x64, arm64) and macOS. */
const signalsIgnored = [13 /* SIGPIPE */, 25 /* SIGXFSZ */] as const;

/** F_SETFD of fcntl(2); the only flag there is close-on-exec. */
const setDescriptorFlags = 2;

/** Whether this system can replace a process at all. */
export const canReplaceProcess = process.platform === "linux" || process.platform === "darwin";

/**
 * Does not return when it works. Returns false when the system refused (no such program, not executable, too long
 * arguments): the caller then starts a child, which says why.
 */
export function replaceProcess(replacement: Replacement): false {
  return replaceProcessBy(openCLibrary(replacementSymbols), replacement);
}

/** The functions of the C library, for a caller that has opened it for more. */
export const replacementSymbols = {
  fcntl: { args: ["i32", "i32", "i32"], returns: "i32" },
  execve: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
  signal: { args: ["i32", "ptr"], returns: "ptr" },
} as const;

export interface ReplacementCalls {
  readonly fcntl: (descriptor: number, command: number, flags: number) => number;
  readonly execve: (path: Pointer, argv: Pointer, environment: Pointer) => number;
  readonly signal: (number: number, handler: null) => unknown;
}

/** As `replaceProcess`, with functions that are open already. */
export function replaceProcessBy(
  { execve, fcntl, signal }: ReplacementCalls,
  { path, argv, environment, descriptors = [] }: Replacement,
): false {
  // Every buffer has to stay reachable until the call: the pointers in the vectors do not keep it alive.
  const program = terminated(path);
  const words = vectorOf(argv);
  const variables = vectorOf(Object.entries(environment).flatMap(([name, value]) => pairOf(name, value)));
  for (const number of signalsIgnored) signal(number, signalDefault);
  for (const descriptor of descriptors) fcntl(descriptor, setDescriptorFlags, 0);
  execve(ptr(program), ptr(words.pointers), ptr(variables.pointers));
  return false;
}

const terminated = (text: string): Buffer => Buffer.from(`${text}\0`);

function pairOf(name: string, value: string | Uint8Array | undefined): (string | Uint8Array)[] {
  if (value === undefined) return [];
  return [typeof value === "string" ? `${name}=${value}` : Buffer.concat([Buffer.from(`${name}=`), value])];
}

/** One block for all words, and the null-terminated vector of pointers into it that execve takes. */
function vectorOf(words: readonly (string | Uint8Array)[]): { pointers: BigUint64Array; block: Buffer } {
  const areTexts = words.every((word) => typeof word === "string");
  const block = areTexts
    ? Buffer.from(words.map((word) => `${word}\0`).join("") || "\0")
    : Buffer.concat(words.flatMap((word) => [typeof word === "string" ? Buffer.from(word) : word, Buffer.of(0)]));
  const start = BigInt(ptr(block));
  const pointers = new BigUint64Array(words.length + 1);
  let offset = 0;
  for (const [place, word] of words.entries()) {
    pointers[place] = start + BigInt(offset);
    offset += Buffer.byteLength(word) + 1;
  }
  return { pointers, block };
}

/** Makes an open file the standard input of this process, and so of what replaces it. @throws if the system refuses */
export function redirectStdin(descriptor: number): void {
  const { dup2 } = openCLibrary({ dup2: { args: ["i32", "i32"], returns: "i32" } });
  if (dup2(descriptor, 0) !== 0) throw new RangeError(`descriptor ${descriptor} cannot become standard input`);
}
