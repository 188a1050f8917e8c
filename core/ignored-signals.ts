/**
 * Which signals this process was told to ignore by whoever started it: `nohup` does so with SIGHUP, a shell script with
 * the SIGINT of what it starts in the background. A handler of ours would undo that, for us and for the program that
 * takes our place, so it has to be asked before the first one is installed.
 *
 * SIGPIPE and SIGXFSZ cannot be told: the runtime ignores them itself before any of our code runs.
 */
import { ptr } from "bun:ffi";
import { openCLibrary } from "./c-library.ts";

/** SIG_IGN of <signal.h>, on Linux and macOS. */
const handlerIgnore = 1n;
/** `struct sigaction` begins with the handler everywhere; the largest one (glibc) takes 152 bytes. */
const actionBytes = 160;

/** Those of `names` that are ignored now. None on Windows, which has no such thing. */
export function ignoredAmong<Name extends NodeJS.Signals>(names: readonly Name[]): ReadonlySet<Name> {
  if (process.platform === "win32") return new Set();
  const { signals } = process.getBuiltinModule("node:os").constants;
  const isIgnored = process.platform === "linux" ? readMask() : openSigaction();
  return new Set(names.filter((name) => isIgnored(signals[name])));
}

type IsIgnored = (number: number) => boolean;

/** `SigIgn` of proc_pid_status(5): bit n-1 stands for signal n. */
function readMask(): IsIgnored {
  const status = process.getBuiltinModule("node:fs").readFileSync("/proc/self/status", "latin1");
  const mask = BigInt(`0x${/^SigIgn:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  return (number) => ((mask >> BigInt(number - 1)) & 1n) === 1n;
}

function openSigaction(): IsIgnored {
  const { sigaction } = openCLibrary({ sigaction: { args: ["i32", "ptr", "ptr"], returns: "i32" } });
  const action = new BigUint64Array(actionBytes / BigUint64Array.BYTES_PER_ELEMENT);
  return (number) => sigaction(number, null, ptr(action)) === 0 && action[0] === handlerIgnore;
}
