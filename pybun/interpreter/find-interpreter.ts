/**
 * Which Python runs: the first that fits of
 *   1. `--python`: a path, a version, a specifier or the name of a program;
 *   2. requires-python, which whatever follows has to satisfy;
 *   3. `.python-version`, from the current directory up (passed over where requires-python excludes all it names);
 *   4. PATH, pyenv's shims resolved; 5. interpreters that pyenv has installed, active or not.
 *
 * A hit costs some stats, one small file (the cached answer of the interpreter) and no process. Every candidate that
 * did not serve is remembered with its reason, for the message of a search that fails.
 */
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { Problem, problemsOf } from "@vivarium/core/diagnostic";
import { placesOf } from "@vivarium/core/paths";
import { redactPlace } from "@vivarium/core/redact";
import type { Report } from "@vivarium/core/report";
import { formatSpecifiers, parseSpecifiers, type Specifiers, specifiersContain } from "../versions/specifier.ts";
import { parseVersion } from "../versions/version.ts";
import type { interpreterDiagnostics, Verdict } from "./diagnostics.ts";
import { exactVersionAdvice } from "./exact-version.ts";
import { isDirectory, isExecutable, statusOf } from "./file-identity.ts";
import type { Interpreter, InterpreterFacts } from "./interpreter.ts";
import type { InterpreterChoice } from "./interpreter-choice.ts";
import { formatKeyPlatform, keyPlatformOf, meetsKey } from "./key-platform.ts";
import { minorOldest, programNames, programsOnPath, type SearchScene } from "./path-candidates.ts";
import type { ProbeOutcome } from "./probe.ts";
import { cachedProbe, type ProbeScene } from "./probe-cache.ts";
import { pyenvInstallations, pyenvRootOfShim, resolvePyenvShim } from "./pyenv.ts";
import { findVersionPin, type VersionPin } from "./python-version-file.ts";
import { matchesRelease, type PythonRequest, parsePythonRequest } from "./request.ts";

const problem = problemsOf<typeof interpreterDiagnostics>();

const originDefault = "--python";

export interface FindOptions extends SearchScene {
  /** What stands after `--python`. */
  readonly request?: string;
  /** Who asks for it, if it is not that flag; for messages. */
  readonly origin?: string;
  readonly requiresPython?: Specifiers;
  /** Where answers of interpreters are kept; the cache of `environment` and the home directory if absent. */
  readonly cacheRoot?: string;
  /** Hears of a `--python` that requires-python does not allow. */
  readonly report?: Report;
  readonly timeoutMs?: number;
  /** Ends the interpreter that is being asked. */
  readonly signal?: AbortSignal;
  /** Hears what decided, unless it is `request`. */
  readonly onChoose?: (choice: InterpreterChoice) => void;
  /** Called before a program is started because its answer is not known. */
  readonly onAsk?: () => void;
}

/**
 * Finds the interpreter to use.
 * @throws E_PYTHON_NOT_FOUND, E_PYTHON_MISSING, E_PYTHON_BROKEN, E_PYTHON_TOO_OLD, E_PYTHON_IMPLEMENTATION (66),
 *   E_PYTHON_SPECIFIER (65), E_PYTHON_SETTING, E_PYTHON_VERSION_FILE (78)
 */
export async function findInterpreter(options: FindOptions): Promise<Interpreter> {
  const probes = probeSceneOf(options);
  const asking = choose(options);
  let step = asking.next();
  while (step.done !== true) step = asking.next(await cachedProbe(step.value, probes));
  return step.value;
}

/** Yields each program that it has to know, and is given the program's answer. */
type Asking<T> = Generator<string, T, ProbeOutcome>;

function* choose(options: FindOptions): Asking<Interpreter> {
  const { environment, cwd, platform } = options;
  const search: Search = { environment, cwd, platform, looked: [] };
  if (options.request !== undefined) {
    const interpreter = yield* findRequested(
      search,
      parsePythonRequest(options.request),
      options.origin ?? originDefault,
    );
    warnIfNotAllowed(interpreter, options);
    return interpreter;
  }
  const pin = findVersionPin(cwd, platform);
  const pinned = pin === undefined ? undefined : yield* findPinned(search, pin, options.requiresPython);
  const { interpreter, rule } = pinned ?? (yield* findAny(search, options.requiresPython));
  const isSystem = pin?.versions.includes("system") === true;
  options.onChoose?.({ rule: isSystem ? ".python-version" : rule, ...(pin === undefined ? {} : { pin }) });
  return interpreter;
}

interface Chosen {
  readonly interpreter: Interpreter;
  readonly rule: InterpreterChoice["rule"];
}

interface Search extends SearchScene {
  readonly looked: Verdict[];
}

type Fits = (facts: InterpreterFacts) => string | undefined;

function probeSceneOf({ environment, platform, cacheRoot, timeoutMs, signal, onAsk }: FindOptions): ProbeScene {
  return {
    onAsk,
    cacheRoot: cacheRoot ?? placesOf(platform, environment, environment["HOME"] ?? homedir()).cache,
    environment,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(signal === undefined ? {} : { signal }),
  };
}

function* findPinned(
  search: Search,
  pin: VersionPin,
  requiresPython: Specifiers | undefined,
): Asking<Chosen | undefined> {
  const requests = pin.versions.map(parsePythonRequest);
  if (pin.versions.includes("system")) return undefined;
  for (const request of requests) {
    if (request.kind === "unsupported") continue;
    if (request.kind === "specifier") checkPinned(request.text, pin);
    const interpreter = yield* firstFitting(search, request, allowing(requiresPython));
    if (interpreter !== undefined) return { interpreter, rule: ".python-version" };
  }
  if (requiresPython !== undefined) return undefined;
  const other = otherOf(requests[0]);
  if (other !== undefined) throw refuse(other, `'${pin.file}'`);
  yield* lookAtAll(search);
  throw problem("E_PYTHON_NOT_FOUND", {
    wanted: `'${pin.versions.join("', '")}' of '${pin.file}'`,
    looked: search.looked,
    ...adviceOn(requests.flatMap((request) => (request.kind === "specifier" ? [request.text] : [])).join(",")),
  });
}

function* findAny(search: Search, requiresPython: Specifiers | undefined): Asking<Chosen> {
  const fits = allowing(requiresPython);
  const onPath = yield* firstOf(search, programsOnPath(programNames(undefined, false), search), fits);
  if (onPath !== undefined) return { interpreter: onPath, rule: "PATH" };
  const installed = yield* firstOf(search, pyenvPrograms(search, undefined), fits);
  if (installed !== undefined) return { interpreter: installed, rule: "pyenv" };
  const wanted =
    requiresPython === undefined ? "CPython 3.9 or newer" : `requires-python '${formatSpecifiers(requiresPython)}'`;
  const advice = requiresPython === undefined ? {} : adviceOn(formatSpecifiers(requiresPython));
  throw problem("E_PYTHON_NOT_FOUND", { wanted, looked: search.looked, ...advice });
}

function* findRequested(search: Search, request: PythonRequest, origin: string): Asking<Interpreter> {
  if (request.kind === "unsupported") throw refuse(request, origin);
  if (request.kind === "path") return yield* findByPath(search, { written: request.path, origin });
  if (request.kind === "name") return yield* findByName(search, request, origin);
  if (request.kind === "specifier") checkSpecifier(request.text, origin);
  if (request.kind === "version" && isTooOld(request.release)) {
    throw problem("E_PYTHON_TOO_OLD", { path: request.text, version: request.release.join(".") });
  }
  const found = yield* firstFitting(search, request, () => undefined);
  if (found !== undefined) return found;
  if (request.kind === "version") yield* lookAtAll(search);
  throw problem("E_PYTHON_NOT_FOUND", {
    wanted: `${origin} '${request.text}'${meaningOf(request)}`,
    looked: search.looked,
    ...(request.kind === "specifier" ? adviceOn(request.text) : {}),
  });
}

function adviceOn(specifiers: string): { readonly advice?: string } {
  const advice = exactVersionAdvice(specifiers);
  return advice === undefined ? {} : { advice };
}

/** Of a version that is not written as one. */
function meaningOf(request: PythonRequest & { kind: "version" | "specifier" }): string {
  if (request.kind === "specifier") return "";
  const { release, freeThreaded, platform } = request;
  const version = `${release.join(".")}${freeThreaded ? "t" : ""}`;
  const python = version === "" ? "any Python" : `Python ${version}`;
  if (platform !== undefined) return `, which means ${python} for ${formatKeyPlatform(platform)}`;
  return version === "" || version === request.text ? "" : `, which means ${python}`;
}

/**
 * A file or directory goes before a program on PATH, as with uv; but a directory without an interpreter, such as the
 * `python` of many repositories, does not hide the program.
 */
function* findByName(search: Search, request: PythonRequest & { kind: "name" }, origin: string): Asking<Interpreter> {
  const path = resolve(search.cwd, request.name);
  const isThere = request.name !== "" && statusOf(path) !== undefined;
  if (isThere && programsAt(search, path).length > 0)
    return yield* findByPath(search, { written: request.name, origin });
  const found = yield* firstFitting(search, request, () => undefined);
  if (found !== undefined) return found;
  if (isThere) throw problem("E_PYTHON_MISSING", { path });
  const other = otherOf(request);
  if (other !== undefined) throw refuse(other, origin);
  yield* lookAtAll(search);
  throw problem("E_PYTHON_NOT_FOUND", {
    wanted: `${origin} '${request.name}', which is taken for the name of a program: nothing here is called so`,
    looked: search.looked,
    isName: true,
  });
}

/** For the message: also what nobody asked, because its name says that it is of another version. */
function* lookAtAll(search: Search): Asking<void> {
  yield* firstOf(search, allPrograms(search, undefined), ({ version }) => `is Python ${version}`);
}

function isTooOld([major = 3, minor = minorOldest]: readonly number[]): boolean {
  return major < 3 || (major === 3 && minor < minorOldest);
}

interface Other {
  readonly implementation: string;
  readonly text: string;
}

/** The implementation that is not ours and that a request asks for, or seems to. */
function otherOf(request: PythonRequest | undefined): Other | undefined {
  if (request?.kind === "unsupported") return request;
  if (request?.kind !== "name" || request.implementation === undefined) return undefined;
  return { implementation: request.implementation, text: request.name };
}

function refuse({ text, implementation }: Other, origin: string) {
  return problem("E_PYTHON_IMPLEMENTATION", { wanted: text, implementation, origin });
}

function* firstFitting(search: Search, request: PythonRequest, also: Fits): Asking<Interpreter | undefined> {
  switch (request.kind) {
    case "version": {
      const fits: Fits = (facts) => releaseFits(facts, request) ?? also(facts);
      return yield* firstOf(search, allPrograms(search, request), fits);
    }
    case "specifier": {
      const allowed = allowing(parseSpecifiers(request.text));
      return yield* firstOf(search, allPrograms(search, undefined), (facts) => allowed(facts) ?? also(facts));
    }
    case "path":
      return yield* firstOf(search, programsAt(search, resolve(search.cwd, request.path)), also);
    case "name":
      return yield* firstOf(search, programsNamed(search, request.name), also);
    case "unsupported":
      return undefined;
  }
}

function releaseFits(facts: InterpreterFacts, request: PythonRequest & { kind: "version" }): string | undefined {
  if (!matchesRelease(facts.version, request.release)) return `is Python ${facts.version}`;
  if (request.freeThreaded && !facts.abi.freeThreaded) return `is Python ${facts.version} with the global lock`;
  if (request.withLock === true && facts.abi.freeThreaded) return `is Python ${facts.version} without the global lock`;
  const { platform } = facts.tagTarget;
  if (request.platform !== undefined && !meetsKey(platform, request.platform)) {
    return `is Python ${facts.version} for ${formatKeyPlatform(keyPlatformOf(platform))}`;
  }
  return undefined;
}

function allowing(specifiers: Specifiers | undefined): Fits {
  if (specifiers === undefined || specifiers.length === 0) return () => undefined;
  return ({ version }) => (specifiersContain(specifiers, parseVersion(version)) ? undefined : `is Python ${version}`);
}

function warnIfNotAllowed(interpreter: Interpreter, { requiresPython, report, origin }: FindOptions): void {
  if (requiresPython === undefined || allowing(requiresPython)(interpreter) === undefined) return;
  const { path, version } = interpreter;
  const requires = formatSpecifiers(requiresPython);
  const params = { path, version, requires, origin: origin ?? originDefault, ...adviceOn(requires) };
  report?.warn(problem("W_PYTHON_REQUIRES", params));
}

function* allPrograms(search: Search, request: (PythonRequest & { kind: "version" }) | undefined): Generator<string> {
  yield* programsOnPath(programNames(request?.release, request?.freeThreaded ?? false), search);
  yield* pyenvPrograms(search, request);
}

function* pyenvPrograms(search: Search, request: (PythonRequest & { kind: "version" }) | undefined): Generator<string> {
  for (const { version, program } of pyenvInstallations(search.environment)) {
    const named = version.replace(/t$/, "");
    // Not asked: a directory that is named for another release.
    if (
      request === undefined ||
      request.release.every((part, place) => Number(named.split(".")[place] ?? part) === part)
    ) {
      yield program;
    }
  }
}

function* programsNamed(search: Search, name: string): Generator<string> {
  yield* programsOnPath([[name]], search);
  const home = search.environment["HOME"];
  const root = search.environment["PYENV_ROOT"] || (home === undefined ? undefined : join(home, ".pyenv"));
  if (root !== undefined && !name.includes("..")) yield* programsAt(search, join(root, "versions", name));
}

/** The interpreter of a directory that is a prefix, or the file itself. */
function programsAt(search: Search, path: string): readonly string[] {
  if (!isDirectory(path)) return isExecutable(path) ? [resolveShim(search, path)] : [];
  const names =
    search.platform === "win32" ? ["Scripts/python.exe", "python.exe"] : ["bin/python3", "bin/python", "python"];
  return names
    .map((name) => join(path, name))
    .filter(isExecutable)
    .slice(0, 1);
}

function resolveShim(search: Search, path: string): string {
  const root = pyenvRootOfShim(path);
  return root === undefined ? path : (resolvePyenvShim(root, basename(path), search) ?? path);
}

/** The cause shows the place in the text. */
function checkSpecifier(text: string, origin: string): void {
  try {
    parseSpecifiers(text);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (origin === originDefault) throw problem("E_PYTHON_SPECIFIER", { text }, { cause: error });
    throw problem("E_PYTHON_SETTING", { source: origin, text }, { cause: error });
  }
}

function checkPinned(text: string, { file }: VersionPin): void {
  try {
    parseSpecifiers(text);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const reason = `'${text}' is no specifier of versions`;
    throw problem("E_PYTHON_VERSION_FILE", { file, reason }, { cause: error });
  }
}

function* findByPath(search: Search, { written, origin }: { written: string; origin: string }): Asking<Interpreter> {
  const path = resolve(search.cwd, written);
  const [program] = programsAt(search, path);
  if (program === undefined) throw problem("E_PYTHON_MISSING", { path: redactPlace(written, path) });
  const outcome = yield program;
  if (outcome.kind === "facts") return interpreterAt(program, outcome.facts);
  if (outcome.kind === "old") throw problem("E_PYTHON_TOO_OLD", { path: program, version: outcome.version });
  if (outcome.kind === "broken") throw problem("E_PYTHON_BROKEN", { path: program, reason: outcome.reason });
  const { implementation } = outcome;
  throw problem("E_PYTHON_IMPLEMENTATION", { wanted: program, implementation, origin });
}

function* firstOf(search: Search, programs: Iterable<string>, fits: Fits): Asking<Interpreter | undefined> {
  const seen = new Set(search.looked.map((verdict) => verdict.path));
  for (const program of programs) {
    if (!isExecutable(program)) continue;
    const outcome = yield program;
    const reason = outcome.kind === "facts" ? fits(outcome.facts) : reasonOf(outcome);
    if (outcome.kind === "facts" && reason === undefined) return interpreterAt(program, outcome.facts);
    if (!seen.has(program)) search.looked.push({ path: program, reason: reason ?? "" });
    seen.add(program);
  }
  return undefined;
}

function reasonOf(outcome: Exclude<ProbeOutcome, { kind: "facts" }>): string {
  switch (outcome.kind) {
    case "old":
      return `is Python ${outcome.version}, older than 3.9`;
    case "other":
      return `is ${outcome.implementation}, not CPython`;
    case "broken":
      return outcome.reason;
  }
}

/** A virtual environment is known by the `pyvenv.cfg` beside its executable or one directory up (PEP 405). */
function interpreterAt(path: string, facts: InterpreterFacts): Interpreter {
  const places = [dirname(path), dirname(dirname(path))];
  const prefix = places.find((place) => statusOf(join(place, "pyvenv.cfg"))?.isFile() === true);
  return { ...facts, path, prefix: prefix ?? facts.basePrefix, isVirtual: prefix !== undefined };
}
