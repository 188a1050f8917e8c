/** The C library of this system, opened by name: the runtime has no bindings for much of what it offers. */
import type { FFIFunction, Library } from "bun:ffi";
import type { coreDiagnostics } from "./diagnostics.ts";

type Symbols = Readonly<Record<string, FFIFunction>>;

/** @throws E_RUNTIME_NO_JIT (78), or an error where no library among the known names offers all of `symbols` */
export function openCLibrary<Wanted extends Symbols>(symbols: Wanted): Library<Wanted>["symbols"] {
  const { found, failures } = search(symbols);
  if (found !== undefined) return found;
  if (failures.some(isWithoutJit)) throw noJitProblem(failures[0]);
  const wanted = Object.keys(symbols).join(", ");
  throw new AggregateError(failures, `no C library among ${libraryNames().join(", ")} offers ${wanted}`);
}

/** Calls of C are compiled; `BUN_JSC_useJIT=0` forbids to compile anything, and the runtime has no code for this error. */
const isWithoutJit = (failure: Error): boolean => failure.message.includes("requires the JIT");

function noJitProblem(cause: unknown): Error {
  const { problemsOf } = require("./diagnostic.ts") as typeof import("./diagnostic.ts"); // kept from the warm path
  return problemsOf<typeof coreDiagnostics>()("E_RUNTIME_NO_JIT", {}, { cause });
}

/** As `openCLibrary`, for callers that have another way: undefined where it throws. */
export function findCLibrary<Wanted extends Symbols>(symbols: Wanted): Library<Wanted>["symbols"] | undefined {
  return search(symbols).found;
}

/** A library without one of the symbols is as good as none: an older version of the same may be under the next name. */
function search<Wanted extends Symbols>(symbols: Wanted) {
  const { dlopen } = require("bun:ffi") as typeof import("bun:ffi"); // loaded late: it costs every start a millisecond
  const failures: Error[] = [];
  for (const name of libraryNames()) {
    try {
      return { found: dlopen(name, symbols).symbols, failures };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      failures.push(error);
    }
  }
  return { found: undefined, failures };
}

/** Most likely first: they differ between glibc, musl and macOS. */
function libraryNames(): readonly string[] {
  if (process.platform === "darwin") return ["libSystem.B.dylib"];
  const arch = process.arch === "arm64" ? "aarch64" : "x86_64";
  return ["libc.so.6", `libc.musl-${arch}.so.1`, `/lib/libc.musl-${arch}.so.1`];
}
