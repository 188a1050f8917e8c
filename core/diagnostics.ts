import { rule } from "./diagnostic.ts";
import { exitCode } from "./exit-code.ts";
import { wordsOfErrno, wordsOfMakingErrno } from "./system-reason.ts";

interface AtPath {
  readonly path: string;
}

const exit = exitCode.io;
const elsewhere = "Set VIVARIUM_HOME to a directory that you may write to, or mend this one.";

/** Operations that make something: what they name is the place that is there, in which it should have come to be. */
const isMaking = (operation: string): boolean => ["write", "create", "publish", "lock"].includes(operation);

/** Codes of the store and of files that are written atomically. */
export const coreDiagnostics = {
  E_STORE_READ_ONLY: rule<AtPath>({
    exit,
    summary: "The store is on a file system that is mounted read-only.",
    message: (p) => `cannot write '${p.path}': the file system is read-only`,
    hint: () => elsewhere,
  }),
  E_STORE_PERMISSION: rule<AtPath>({
    exit,
    summary: "This user may not read or write the store.",
    message: (p) => `cannot use '${p.path}': permission denied`,
    hint: () => elsewhere,
  }),
  E_STORE_FULL: rule<AtPath>({
    exit,
    summary: "No space, or no quota, is left where the store is.",
    message: (p) => `cannot write '${p.path}': no space is left`,
    hint: () => "Free some space (`pybun cache clean` empties the store), or set VIVARIUM_HOME to another disk.",
  }),
  E_STORE_NOT_DIRECTORY: rule<AtPath & { isLink?: boolean }>({
    exit,
    summary:
      "A file, or a link, stands where the store needs a directory of its own. Only the store as a whole may lie behind a link: what it sweeps and verifies would otherwise be deleted in somebody else's directory.",
    message: (p) =>
      `cannot use '${p.path}': ${p.isLink === true ? "it is a link, and not a directory of the store's own" : "it is not a directory"}`,
    hint: (p) =>
      p.isLink === true ? "Remove the link (what it leads to stays), or move the whole store elsewhere." : elsewhere,
  }),
  W_STORE_FOREIGN: rule<{ paths: readonly string[]; count: number }>({
    exit,
    summary: "Cleaning left something in the store's folders that no process of ours has put there.",
    message: (p) =>
      `left what the store did not make: ${p.paths.map((path) => `'${path}'`).join(", ")}${p.count > p.paths.length ? `, and ${p.count - p.paths.length} more` : ""}`,
    hint: () => "Move it to a better place: the store is for what can be fetched or built again.",
  }),
  E_STORE_IO: rule<AtPath & { operation: string; errno: string; leadsNowhere?: boolean }>({
    exit,
    summary: "The disk or the system refused an operation on the store.",
    message: (p) => {
      if (p.leadsNowhere === true) return `cannot use '${p.path}': it is a link that leads nowhere`;
      return isMaking(p.operation)
        ? `cannot write in '${p.path}': ${wordsOfMakingErrno(p.errno) ?? p.errno}`
        : `cannot ${p.operation} '${p.path}': ${wordsOfErrno(p.errno) ?? p.errno}`;
    },
    hint: (p) => (isMaking(p.operation) ? elsewhere : undefined),
  }),
  E_STORE_DAMAGED: rule<AtPath & { detail: string }>({
    exit,
    summary: "An entry of the store is not what was put there.",
    message: (p) => `the store's entry '${p.path}' is damaged: ${p.detail}`,
    hint: () => "Run `pybun cache verify`: it moves damaged entries away, and they are fetched again when needed.",
  }),
  E_STORE_BUSY: rule<AtPath & { seconds: number }>({
    exit,
    summary: "Nothing was removed from the store, because others installed from it for as long as the command waited.",
    message: (p) => `cannot empty '${p.path}': others have installed from it for ${p.seconds} seconds`,
    hint: () => "Try again when they have ended.",
  }),
  W_STORE_WAITING: rule<AtPath>({
    exit,
    summary: "Removing from the store waits until the installations that use it have ended.",
    message: (p) => `waiting for others that install from '${p.path}'`,
  }),
  E_STORE_VERIFY: rule<AtPath & { damaged: number; checked: number }>({
    exit: exitCode.integrity,
    summary: "Verifying found entries of the store that are not what was put there; they were removed.",
    message: (p) =>
      `${p.damaged} ${p.damaged === 1 ? "entry" : "entries"} in '${p.path}' did not hold what was put there, and ${p.damaged === 1 ? "was" : "were"} removed`,
    hint: () =>
      "What was removed is made again when it is needed next; a warning names each environment that has to be made by hand.",
  }),
  E_HOME_RELATIVE: rule<{ variable: string; value: string }>({
    exit: exitCode.config,
    summary:
      "VIVARIUM_HOME, or the home directory, is a relative path, which would be another place in each directory.",
    message: (p) => `cannot use ${p.variable} '${p.value}': it is not an absolute path`,
    hint: (p) =>
      `Set ${p.variable} to an absolute path, or ${p.variable === "HOME" ? "set VIVARIUM_HOME" : "leave it away"}.`,
  }),
  E_HOME_ENCODING: rule<{ variable: string; value: string }>({
    exit: exitCode.config,
    summary: "VIVARIUM_HOME, XDG_CACHE_HOME or their kin name a place by bytes that are no UTF-8.",
    message: (p) => `cannot use ${p.variable} '${p.value}': it holds bytes that are no UTF-8`,
    hint: (p) => `Set ${p.variable} to a path in UTF-8.`,
  }),
  E_RUNTIME_NO_JIT: rule<object>({
    exit: exitCode.config,
    summary: "A BUN_JSC_… variable keeps the runtime from compiling, and without that it cannot call the system.",
    message: () => "cannot call the C library: the runtime may not compile code",
    hint: () => "Unset BUN_JSC_useJIT, and other variables that begin with BUN_JSC_.",
  }),
  W_STORE_REMOVED: rule<AtPath & { detail: string }>({
    exit,
    summary: "Verifying found a damaged entry of the store and moved it away.",
    message: (p) => `removed the damaged entry '${p.path}': ${p.detail}`,
    hint: () => "It is fetched again when it is needed next; environments made from it are made again.",
  }),
  W_STORE_REPAIRED: rule<AtPath & { detail: string }>({
    exit,
    summary: "A damaged entry of the store was moved away and is made again.",
    message: (p) => `the store's entry '${p.path}' was damaged and is made again: ${p.detail}`,
  }),
};
