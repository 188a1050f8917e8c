/** What PyBun knows of a Python interpreter: where it is, and what it answered when it was asked once. */
import type { MarkerEnvironment } from "../versions/marker.ts";
import type { TagTarget } from "../versions/tags.ts";

export interface InterpreterAbi {
  /** `sysconfig`'s SOABI, such as `cpython-312-x86_64-linux-gnu`; empty where the build has none (Windows). */
  readonly soabi: string;
  /** `sys.implementation.cache_tag`, such as `cpython-312`: the middle part of the names of bytecode files. */
  readonly cacheTag: string;
  /** Built without the global interpreter lock (PEP 703). */
  readonly freeThreaded: boolean;
  readonly debug: boolean;
}

/** Install paths of a virtual environment of this interpreter, relative to its prefix, with forward slashes. */
export interface SchemePaths {
  readonly purelib: string;
  readonly platlib: string;
  readonly scripts: string;
  readonly data: string;
  /** Without the distribution's name, which pip appends. */
  readonly include: string;
}

/** What does not depend on the way by which the interpreter was found; kept in the cache of probes. */
export interface InterpreterFacts {
  /** The executable itself, all links resolved. */
  readonly realPath: string;
  readonly size: number;
  readonly mtimeMs: number;
  /** PEP 440 text of the full version, such as `3.11.7` or `3.15.0a1`. */
  readonly version: string;
  readonly implementation: "cpython";
  readonly abi: InterpreterAbi;
  readonly markers: MarkerEnvironment;
  readonly tagTarget: TagTarget;
  /** `sys.base_prefix`: where the standard library is, also for the interpreter of a virtual environment. */
  readonly basePrefix: string;
  /** Directory of the standard library's modules. */
  readonly stdlib: string;
  /** Paths within a virtual environment made from this interpreter. */
  readonly scheme: SchemePaths;
}

export interface Interpreter extends InterpreterFacts {
  /** As found; a pyenv shim is replaced by the interpreter behind it. A virtual environment's own `python` stays. */
  readonly path: string;
  /** The virtual environment that `path` belongs to, else `basePrefix`. */
  readonly prefix: string;
  readonly isVirtual: boolean;
}
