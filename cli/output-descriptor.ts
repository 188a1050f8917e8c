/**
 * The one way to the descriptors 1 and 2, which waits for readers as long as they like.
 *
 * Who has something to look after meanwhile, such as a program's limit of time, watches (`watchOutput`). Then no write
 * waits in the kernel. The descriptions that we were given are shared with other processes, for whom a flag on them
 * counts too, so they stay as they are: pipes and terminals that we may write to are opened once more, without waiting,
 * a terminal of another user by the name that the one of this session has for everybody; sockets are sent to by a call
 * that does not wait; and what cannot be opened again, such as a pipe of another user, is given as little as `poll` says
 * that it takes. Files take everything. A system without these means waits in the kernel as before.
 */
import { constants, fstatSync, openSync, readFileSync, type Stats, writeSync } from "node:fs";
import { findCLibrary } from "@vivarium/core/c-library";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { cliDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof cliDiagnostics>();

export type OutputDescriptor = 1 | 2;

/**
 * Asked again and again while a reader takes nothing. False gives up what it has not taken. What is thrown comes out of
 * the write; what was not taken then is written before anything else, so that no line is cut in the middle.
 */
export type WhileHeld = () => boolean;

let whileHeld: WhileHeld | undefined;

/** From now on, until somebody else does; undefined waits without end. */
export function watchOutput(ask: WhileHeld | undefined): void {
  whileHeld = ask;
}

const nothing = new Uint8Array();
let isClosed: boolean | undefined;
const unwritten: Record<OutputDescriptor, Uint8Array> = { 1: nothing, 2: nothing };

/**
 * Writes synchronously, as often as it takes. A reader that went away is no error of ours: like other Unix tools we
 * end at once, with the code that a death by SIGPIPE has. A pipe that another process made non-blocking answers
 * EAGAIN: we wait, as a blocking one would have us do.
 * @throws E_OUTPUT_WRITE for a stdout that is closed, or that the system does not write; and what `WhileHeld` throws
 */
export function writeOutput(descriptor: OutputDescriptor, bytes: Uint8Array): void {
  if (descriptor === 1 && bytes.length > 0) {
    isClosed ??= wasClosed(descriptor);
    if (isClosed) throw problem("E_OUTPUT_WRITE", { reason: "EBADF" });
  }
  let left = unwritten[descriptor].length === 0 ? bytes : Buffer.concat([unwritten[descriptor], bytes]);
  unwritten[descriptor] = nothing;
  let heldTimes = 0;
  while (left.length > 0) {
    const taken = writeSome(descriptor, left);
    if (taken === undefined) return;
    left = left.subarray(taken);
    heldTimes = taken === 0 ? heldTimes + 1 : 0;
    if (taken === 0 && !isWorthTheWait(descriptor, { left, heldTimes })) return;
  }
}

/** @returns how many bytes were taken; undefined where nobody is left to take any */
function writeSome(descriptor: OutputDescriptor, bytes: Uint8Array): number | undefined {
  try {
    return whileHeld === undefined ? writeSync(descriptor, bytes) : wayTo(descriptor)(bytes);
  } catch (error) {
    const code = codeOf(error);
    if (code === "EAGAIN") return 0;
    if (code === "EPIPE") process.exit(128 + 13);
    if (code === undefined) throw error;
    // A stderr that takes no words must not change what the command came to.
    if (descriptor === 2) return undefined;
    throw problem("E_OUTPUT_WRITE", { reason: code }, { cause: error });
  }
}

interface Held {
  readonly left: Uint8Array;
  /** In a row. */
  readonly heldTimes: number;
}

function isWorthTheWait(descriptor: OutputDescriptor, { left, heldTimes }: Held): boolean {
  if (whileHeld === undefined) {
    sleep();
    return true;
  }
  waitForRoom(descriptor);
  // Terminals may say that they have room, and take nothing.
  if (heldTimes > 1) sleep();
  try {
    return whileHeld();
  } catch (error) {
    unwritten[descriptor] = left.slice();
    throw error;
  }
}

const sleep = (): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

/** @returns how many bytes were taken, 0 where there is no room @throws errors of the system */
type Way = (bytes: Uint8Array) => number;

const ways: Partial<Record<OutputDescriptor, Way>> = {};

const wayTo = (descriptor: OutputDescriptor): Way => (ways[descriptor] ??= findWay(descriptor));

function findWay(descriptor: OutputDescriptor): Way {
  const status = statusOf(descriptor);
  const direct: Way = (bytes) => writeSync(descriptor, bytes);
  if (status?.isSocket()) return sendingWay(descriptor) ?? direct;
  const isTerminal = isTerminalDescriptor(descriptor);
  if (status === undefined || !(status.isFIFO() || isTerminal)) return direct;
  const access = accessOf(descriptor);
  // Opened again, it would be written to by who was given it for reading: a plain write is refused (EBADF).
  if (access === "none") return direct;
  const own = access === undefined ? undefined : openedAgain(descriptor, { status, isTerminal });
  if (own !== undefined) return (bytes) => writeSync(own, bytes);
  return polledWay(descriptor, isTerminal ? 1 : readyBytes) ?? direct;
}

/** Whether it was given to us for writing; undefined where nothing tells. */
function accessOf(descriptor: OutputDescriptor): "write" | "none" | undefined {
  const flags = process.platform === "linux" ? flagsOf(descriptor) : undefined;
  if (flags === undefined) return undefined;
  const { O_WRONLY, O_RDWR } = constants;
  const mode = flags & (O_WRONLY | O_RDWR);
  return mode === O_WRONLY || mode === O_RDWR ? "write" : "none";
}

interface Opened {
  readonly status: Stats;
  readonly isTerminal: boolean;
}

/**
 * Opening the device of the controlling side makes another terminal: major number 5, minor number 2, or major number 2
 * for those of BSD (Documentation/admin-guide/devices.txt of Linux).
 */
const isTerminalMaker = ({ rdev }: Stats): boolean => rdev === 0x502 || rdev >> 8 === 2;

/** Only for what `accessOf` allows to write to, on Linux. */
function openedAgain(descriptor: OutputDescriptor, { status, isTerminal }: Opened): number | undefined {
  if (isTerminal && isTerminalMaker(status)) return undefined;
  const own = openWithoutWaiting(`/proc/self/fd/${descriptor}`);
  if (own !== undefined || !isTerminal) return own;
  // It has a session for us only if it is our own session's (tcgetsid, ENOTTY), and everybody may open that one.
  const isOurs = (callsOfC()?.tcgetsid(descriptor) ?? -1) >= 0;
  return isOurs ? openWithoutWaiting("/dev/tty") : undefined;
}

/** Undefined for another user's, for a pipe without a reader, and where there is no such name. */
function openWithoutWaiting(path: string): number | undefined {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    return openSync(path, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}

/** POSIX: what `poll` calls ready takes so much without waiting, if nobody else writes (PIPE_BUF). */
const readyBytes = process.platform === "linux" ? 4096 : 512;

/**
 * @param pieceBytes 1 for terminals: they are ready with room for that, and a write would wait in the kernel until they
 *   have taken the rest; a byte takes 5 µs so
 */
function polledWay(descriptor: OutputDescriptor, pieceBytes: number): Way | undefined {
  if (callsOfC() === undefined) return undefined;
  return (bytes) => (isReady(descriptor, 0) ? writeSync(descriptor, bytes.subarray(0, pieceBytes)) : 0);
}

/** MSG_DONTWAIT (<sys/socket.h>). */
const withoutWaiting = process.platform === "linux" ? 0x40 : 0x80;

/** Why nothing was sent, an ordinary write tells, if there is more to it than a lack of room. */
function sendingWay(descriptor: OutputDescriptor): Way | undefined {
  const calls = callsOfC();
  const polled = polledWay(descriptor, readyBytes);
  if (calls === undefined || polled === undefined) return undefined;
  return (bytes) => {
    const sent = Number(calls.send(descriptor, bytes, bytes.length, withoutWaiting));
    return sent > 0 ? sent : polled(bytes);
  };
}

const roomMs = 20;

function waitForRoom(descriptor: OutputDescriptor): void {
  if (callsOfC() === undefined) sleep();
  else isReady(descriptor, roomMs);
}

/** POLLOUT (<poll.h>). */
const forRoom = 4;

/** Whether a write would do something, or fail, at once; a signal ends the wait. */
function isReady(descriptor: OutputDescriptor, timeoutMs: number): boolean {
  // `struct pollfd`: the descriptor, and in 16 bits each what is asked and what is answered.
  const asked = Int32Array.of(descriptor, 0);
  new Int16Array(asked.buffer)[2] = forRoom;
  return (callsOfC()?.poll(asked, 1, timeoutMs) ?? 1) > 0;
}

const symbols = {
  poll: { args: ["ptr", "u64", "i32"], returns: "i32" },
  send: { args: ["i32", "ptr", "u64", "i32"], returns: "i64" },
  tcgetsid: { args: ["i32"], returns: "i32" },
} as const;

let opened: { readonly calls: ReturnType<typeof findCLibrary<typeof symbols>> } | undefined;

/** Opened when it is first needed: most commands never wait for a reader. */
const callsOfC = () => (opened ??= { calls: findCLibrary(symbols) }).calls;

/**
 * Loading node:tty costs more than a millisecond, so it is asked only about what can be a terminal: a character device,
 * and on Linux not one of the memory devices (major number 1), which /dev/null is.
 */
export function isTerminalDescriptor(descriptor: OutputDescriptor): boolean {
  const status = statusOf(descriptor);
  if (status === undefined || !status.isCharacterDevice()) return false;
  if (process.platform === "linux" && status.rdev >> 8 === 1) return false;
  return process.getBuiltinModule("node:tty").isatty(descriptor);
}

/** Undefined where the caller closed the descriptor (`>&-`). */
function statusOf(descriptor: OutputDescriptor): Stats | undefined {
  try {
    return fstatSync(descriptor);
  } catch (error) {
    if (codeOf(error) === "EBADF") return undefined;
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
function wasClosed(descriptor: 1): boolean {
  if (process.platform !== "linux" || Number(statusOf(descriptor)?.rdev) !== nullDevice) return false;
  return ((flagsOf(descriptor) ?? 0) & closesOnExec) !== 0;
}

/** Those of <fcntl.h>, as Linux tells them; undefined without /proc. */
function flagsOf(descriptor: OutputDescriptor): number | undefined {
  try {
    const [, flags] = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8")) ?? [];
    return flags === undefined ? undefined : Number.parseInt(flags, 8);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}
