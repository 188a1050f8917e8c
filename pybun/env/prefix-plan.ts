/**
 * The private part of an environment as data: directories, texts, links and copies, all relative to its prefix.
 *
 * Everything here is the environment's own. Nothing may be a link into the store, because whoever writes below
 * the prefix (pip, a program that edits its `share/`) must reach nobody else. The one way to the view is a line in
 * a `.pth` file: pip and other installers take what lies outside `sys.prefix` for somebody else's and leave it alone.
 *
 * The file's name sorts last among `.pth` files, so that the view is the last path entry also after somebody installed
 * an editable. A plain path line is what `site` reads fastest, but it does not run the view's own `.pth` and `.start`
 * files, so with any of these it is a call of `site.addsitedir`; `known_paths` is what `site` knows while it reads
 * `.pth` files, and spares it to look at every path again. Before 3.13 `site` reads the `.pth` files of a virtual
 * environment twice; the view's are read once.
 */
import { dirname, posix } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Interpreter } from "../interpreter/interpreter.ts";
import { isScriptWrapper } from "../wheel/dist-info.ts";
import type { StoredWheel } from "../wheel/stored-wheel.ts";
import { activationScripts } from "./activation.ts";
import type { envDiagnostics } from "./diagnostics.ts";
import { directUrlName, directUrlText, type Origins } from "./direct-url.ts";
import { checkScriptName, scriptOf } from "./entry-script.ts";
import { ownedRecordName } from "./environment-record.ts";
import { pythonText } from "./quoting.ts";

const problem = problemsOf<typeof envDiagnostics>();

export interface PrefixRequest {
  /** Where the environment will be. */
  readonly prefix: string;
  readonly interpreter: Interpreter;
  readonly view: string;
  /** All wheels: scripts and data come from the materialised ones too. */
  readonly wheels: readonly StoredWheel[];
  /** Hashes of the wheels that are copied instead of being in the view. */
  readonly materialized: ReadonlySet<string>;
  readonly editables: readonly string[];
  readonly origins?: Origins;
}

export interface PrefixCopy {
  readonly from: string;
  readonly to: string;
  readonly executable: boolean;
  /** Replace `#!python` by the environment's interpreter. */
  readonly isScript: boolean;
  /** For a RECORD: what else this environment has of the distribution, relative to site-packages. */
  readonly recorded?: readonly string[];
}

export interface PrefixPlan {
  readonly directories: readonly string[];
  readonly texts: readonly { readonly path: string; readonly text: string; readonly executable: boolean }[];
  readonly links: readonly { readonly path: string; readonly target: string }[];
  readonly copies: readonly PrefixCopy[];
}

/** Plans a prefix. @throws E_ENV_SCRIPT_NAME, E_ENV_DATA_CONFLICT, E_ENV_PATH_CONFLICT */
export function planPrefix(request: PrefixRequest): PrefixPlan {
  const { interpreter, wheels } = request;
  const { scheme } = interpreter;
  const links = interpreterLinks(interpreter);
  const own = [...ownTexts(request), ...activationTexts(request)];
  const parts = wheels.map((wheel) => partOf(wheel, request));
  const copies = parts.flatMap((part) => part.copies);
  checkPlaces(parts, {
    files: new Set([...[...own, ...links].map(({ path }) => path), ownedRecordName]),
    directories: new Set(withParents([scheme.scripts, scheme.purelib])),
  });
  const needed = [scheme.scripts, scheme.purelib, ...copies.map((copy) => posix.dirname(copy.to))];
  const texts = [
    ...own,
    ...parts.flatMap(({ scripts }) => scripts),
    ...wheels.flatMap((one) => directTexts(one, request)),
  ];
  return { directories: withParents(needed), texts, links, copies };
}

/** What one wheel has in the prefix. */
interface WheelPart {
  readonly name: string;
  readonly scripts: PrefixPlan["texts"];
  readonly copies: readonly PrefixCopy[];
}

const partOf = (wheel: StoredWheel, request: PrefixRequest): WheelPart => ({
  name: wheel.manifest.name,
  scripts: entryScripts(wheel, request),
  copies: [...dataCopies(wheel, request), ...siteCopies(wheel, request)],
});

function activationTexts({ prefix, interpreter }: PrefixRequest): PrefixPlan["texts"] {
  const { scripts } = interpreter.scheme;
  if (scripts !== "bin") return [];
  const texts = activationScripts(prefix, scripts);
  return texts.map(({ name, text }) => ({ path: posix.join(scripts, name), text, executable: false }));
}

/** The names by which a virtual environment offers its interpreter, the first one a link to the real file. */
function interpreterLinks({ scheme, realPath, version }: Interpreter): PrefixPlan["links"] {
  const [major, minor] = version.split(".");
  const at = (name: string): string => posix.join(scheme.scripts, name);
  const names = [`python${major}`, `python${major}.${Number.parseInt(minor ?? "0", 10)}`];
  const aliases = names.map((name) => ({ path: at(name), target: "python" }));
  const platlib = scheme.platlib === scheme.purelib ? [] : [platlibLink(scheme)];
  return [{ path: at("python"), target: realPath }, ...aliases, ...platlib];
}

/** Where platform libraries have a directory of their own (`lib64`), it is the same one, as venv does it. */
function platlibLink({ purelib, platlib }: Interpreter["scheme"]): { path: string; target: string } {
  return { path: platlib.split("/")[0] ?? platlib, target: purelib.split("/")[0] ?? purelib };
}

export const viewPathFile = "~vivarium-view.pth";
const editablesPathFile = "vivarium-editables.pth";

function ownTexts(request: PrefixRequest): PrefixPlan["texts"] {
  const { interpreter, editables } = request;
  const site = (name: string): string => posix.join(interpreter.scheme.purelib, name);
  const texts = [
    { path: "pyvenv.cfg", text: configurationOf(interpreter), executable: false },
    { path: site(viewPathFile), text: viewLineOf(request), executable: false },
  ];
  if (editables.length > 0) {
    texts.push({ path: site(editablesPathFile), text: `${editables.join("\n")}\n`, executable: false });
  }
  return texts;
}

/** PEP 405; the keys are those that the standard library's venv writes. */
function configurationOf({ realPath, version }: Interpreter): string {
  return `home = ${dirname(realPath)}
include-system-site-packages = false
version = ${version}
executable = ${realPath}
`;
}

function viewLineOf({ view, wheels, materialized }: PrefixRequest): string {
  const runs = wheels.some(({ manifest, sha256 }) => manifest.pth.length > 0 && !materialized.has(sha256));
  // Before 3.13 `site` reads the file in the locale's encoding: other characters than ASCII go as escapes.
  if (!runs && isAscii(view)) return `${view}\n`;
  const path = pythonText(view);
  return `import site, sys; ${path} in sys.path or site.addsitedir(${path}, locals().get("known_paths"))\n`;
}

const isAscii = (text: string): boolean => /^[ -~]*$/.test(text);

function entryScripts(wheel: StoredWheel, { prefix, interpreter }: PrefixRequest): PrefixPlan["texts"] {
  const { entryPoints, name: distribution } = wheel.manifest;
  const python = posix.join(prefix, interpreter.scheme.scripts, "python");
  return [...entryPoints.console, ...entryPoints.gui].map((entry) => {
    checkScriptName(entry.name, distribution);
    const path = posix.join(interpreter.scheme.scripts, entry.name);
    return { path, text: scriptOf(entry, python), executable: true };
  });
}

function dataCopies(wheel: StoredWheel, request: PrefixRequest): readonly PrefixCopy[] {
  if (wheel.manifest.dataCount === 0) return [];
  const { scheme } = request.interpreter;
  const { name } = wheel.manifest;
  const roots = { scripts: scheme.scripts, data: scheme.data, headers: posix.join(scheme.include, name) };
  const { data, entryPoints } = wheel.manifest;
  // As pip: the wrappers that old builders put beside the entry points they stand for are made anew instead.
  const wanted = data.filter(({ scheme: kind, path }) => kind !== "scripts" || !isScriptWrapper(path, entryPoints));
  return wanted.map((file): PrefixCopy => {
    const to = posix.join(roots[file.scheme], file.path);
    const isScript = file.scheme === "scripts";
    const from = posix.join(wheel.dataPath, file.scheme, file.path);
    return { from, to, executable: isScript || file.executable, isScript };
  });
}

interface OwnPlaces {
  readonly files: ReadonlySet<string>;
  readonly directories: ReadonlySet<string>;
}

/**
 * Nothing of a wheel may stand in the place of the interpreter's links or of our own files and directories, or below one
 * of the files; nor may one wheel have a file where another has a directory.
 */
function checkPlaces(parts: readonly WheelPart[], own: OwnPlaces): void {
  const placed = parts.flatMap(({ name, scripts, copies }) => [
    ...scripts.map(({ path }) => ({ name, path })),
    ...copies.map(({ to: path }) => ({ name, path })),
  ]);
  const owners = new Map<string, string>();
  for (const { name, path } of placed) {
    if (own.files.has(path) || own.directories.has(path))
      throw problem("E_ENV_DATA_CONFLICT", { distribution: name, path });
    for (let above = posix.dirname(path); above !== "." && !owners.has(above); above = posix.dirname(above)) {
      if (own.files.has(above)) throw problem("E_ENV_DATA_CONFLICT", { distribution: name, path });
      owners.set(above, name);
    }
  }
  for (const { name: file, path } of placed) {
    const directory = owners.get(path);
    if (directory !== undefined) throw problem("E_ENV_PATH_CONFLICT", { path, file, directory });
  }
}

function siteCopies(wheel: StoredWheel, request: PrefixRequest): readonly PrefixCopy[] {
  if (!request.materialized.has(wheel.sha256)) return [];
  const { distInfo, files } = wheel.manifest;
  const directUrl = directUrlOf(wheel, request);
  const wanted = directUrl === undefined ? files : files.filter(({ path }) => path !== `${distInfo}/${directUrlName}`);
  return wanted.map((file) => ({
    from: posix.join(wheel.path, file.path),
    to: posix.join(request.interpreter.scheme.purelib, file.path),
    executable: file.executable,
    isScript: false,
    ...(file.path === `${distInfo}/RECORD` ? { recorded: recordedBeside(wheel, request) } : {}),
  }));
}

/** So that `pip uninstall`, which removes what RECORD names, leaves nothing of a copied wheel. */
function recordedBeside(wheel: StoredWheel, request: PrefixRequest): readonly string[] {
  const { purelib } = request.interpreter.scheme;
  const { distInfo } = wheel.manifest;
  const scripts = entryScripts(wheel, request).map(({ path }) => path);
  const elsewhere = [...scripts, ...dataCopies(wheel, request).map(({ to }) => to)];
  const direct = directUrlOf(wheel, request) === undefined ? [] : [`${distInfo}/${directUrlName}`];
  return [`${distInfo}/INSTALLER`, ...direct, ...elsewhere.map((path) => posix.relative(purelib, path))];
}

/** The view has its own `direct_url.json`s; of a copied wheel it lies with the copy. */
function directTexts(wheel: StoredWheel, request: PrefixRequest): PrefixPlan["texts"] {
  const text = request.materialized.has(wheel.sha256) ? directUrlOf(wheel, request) : undefined;
  if (text === undefined) return [];
  const path = posix.join(request.interpreter.scheme.purelib, wheel.manifest.distInfo, directUrlName);
  return [{ path, text, executable: false }];
}

function directUrlOf({ sha256 }: StoredWheel, { origins }: PrefixRequest): string | undefined {
  const url = origins?.get(sha256);
  return url === undefined ? undefined : directUrlText({ url, sha256 });
}

function withParents(paths: readonly string[]): readonly string[] {
  const all = new Set<string>();
  for (const path of paths) {
    for (let current = path; current !== "." && current !== "" && !all.has(current); current = posix.dirname(current)) {
      all.add(current);
    }
  }
  return [...all].sort();
}
