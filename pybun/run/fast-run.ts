/**
 * The warm path of `pybun run SCRIPT [ARGS…]`: from argv to execve without TOML, resolver, argument parser or node:fs.
 *
 * In: what stands after `pybun`. Out: nothing, because this process has become the interpreter, or false, which means
 * "take the long way": a form of the command line that is not the plain one, no record, or a witness that changed.
 * About fifty system calls; the static imports are the whole closure (tools/tidy holds their byte budget).
 *
 * Every 256th run goes the long way too, which sweeps up the leases of ended processes.
 */
import { replaceProcessBy } from "@vivarium/core/execve";
import { inheritedDescriptors } from "@vivarium/core/inherited-descriptors";
import { beginTrace, formatTraceParent } from "@vivarium/core/trace";
import { workingDirectory } from "@vivarium/core/working-directory";
import { childVariables } from "./child-variables.ts";
import { type DirectCalls, openDirectCalls } from "./direct-calls.ts";
import { type ReadProcessFile, rawVariables, rawWords } from "./raw-words.ts";
import { blockBytes, headBytesMax, warmKey } from "./warm-key.ts";
import { parseWarmRecord, type WarmRecord, warmRecordPath } from "./warm-record.ts";

/** Of all arguments together, and of all variables: what Linux takes at most. */
const processBytesMax = 8 << 20;

/** Returns false when the long way has to be taken; otherwise it does not return. */
export function tryFastRun(argv: readonly string[]): boolean {
  const [command, script] = argv;
  if (command !== "run" || script === undefined || script.startsWith("-") || !script.endsWith(".py")) return false;
  if (process.pid % 256 === 0) return false;
  const { env } = process;
  const cacheRoot = cacheRootOf(env);
  if (cacheRoot === undefined || env["PYBUN_ENV"] || env["PYBUN_TRACE"]) return false;
  const calls = openDirectCalls();
  // Opening a pipe would take what is in it, or its writer, from Python. Modes of pipes have five octal digits; of files, six.
  if (calls?.fingerprint(script)[6] !== " ") return false;
  const block = blockBytes(calls.readHead(script, headBytesMax) ?? "\xEF\xBB\xBF");
  if (block === undefined) return false;
  const key = warmKey({ script, block, cwd: workingDirectory(), environment: env });
  const record = parseWarmRecord(readText(calls, warmRecordPath(cacheRoot, key)));
  // The lease first: among the witnesses is the choice, which cleaning takes before it asks for leases of environments.
  if (record === undefined || !takeLease(calls, cacheRoot, record) || !holds(calls, record)) return false;
  const variables = childVariables({ environment: env, prefix: record.prefix, scripts: record.scripts });
  variables["TRACEPARENT"] = formatTraceParent(beginTrace(env));
  const read: ReadProcessFile = (name) => calls.readHead(`/proc/self/${name}`, processBytesMax);
  const words = rawWords([record.program, ...argv.slice(1)], read);
  // Nothing of ours is open any more, so what is, is the runtime's or the caller's.
  const descriptors = inheritedDescriptors({ ...calls, readText: (path) => calls.readHead(path, headBytesMax) });
  const environmentBytes = rawVariables(variables, read);
  return replaceProcessBy(calls, { path: record.program, argv: words, environment: environmentBytes, descriptors });
}

/** As `placesOf` for Linux (core/paths.ts), which would load node:path. */
function cacheRootOf(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const { VIVARIUM_HOME, XDG_CACHE_HOME, HOME } = environment;
  if (VIVARIUM_HOME) return VIVARIUM_HOME.startsWith("/") ? `${VIVARIUM_HOME}/cache` : undefined;
  if (XDG_CACHE_HOME?.startsWith("/")) return `${XDG_CACHE_HOME}/vivarium`;
  return HOME?.startsWith("/") ? `${HOME}/.cache/vivarium` : undefined;
}

/** Records hold paths, which are UTF-8; the calls read bytes. */
function readText(calls: DirectCalls, path: string): string {
  return Buffer.from(calls.readHead(path, headBytesMax) ?? "", "latin1").toString();
}

function holds(calls: DirectCalls, { witnesses }: WarmRecord): boolean {
  return witnesses.every(({ path, fingerprint }) => calls.fingerprint(path) === fingerprint);
}

/**
 * Says that this process uses the environment, in the form of core/store/lease.ts: pid, start time (field 22 of
 * proc_pid_stat(5)) and pid namespace, which all stay across execve.
 */
function takeLease(calls: DirectCalls, cacheRoot: string, { lease, used }: WarmRecord): boolean {
  if (lease === "") return true;
  const stat = calls.readHead("/proc/self/stat", 1024);
  const namespace = /\d+/.exec(calls.readLink("/proc/self/ns/pid") ?? "")?.[0];
  const start = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  if (!start || !namespace) return false;
  calls.touch(used);
  return calls.writeFile(`${cacheRoot}/leases/${process.pid}-${start}-${namespace}.0`, `${lease}\n`);
}
