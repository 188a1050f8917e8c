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
import { basename, dirname, posix } from "node:path";
import type { Interpreter } from "../interpreter/interpreter.ts";
import { isScriptWrapper } from "../wheel/dist-info.ts";
import type { WheelFile } from "../wheel/manifest.ts";
import type { StoredWheel } from "../wheel/stored-wheel.ts";
import { activationScripts } from "./activation.ts";
import { directUrlName, directUrlText, type Origins } from "./direct-url.ts";
import { checkScriptName, scriptOf } from "./entry-script.ts";
import { ownedRecordName } from "./environment-record.ts";
import {
  type BroughtFile,
  checkPlaces,
  type PrefixCopy,
  type PrefixText,
  type SettledFiles,
  settlePlaces,
  type WheelPart,
} from "./prefix-places.ts";
import { pythonText } from "./quoting.ts";
import { labelOf } from "./wheel-contents.ts";

export interface PrefixRequest {
  /** Where the environment will be. */
  readonly prefix: string;
  /** What prompts call it; without one, the last part of the prefix. */
  readonly prompt?: string;
  readonly interpreter: Interpreter;
  readonly view: string;
  /** All wheels: scripts and data come from the materialised ones too. */
  readonly wheels: readonly StoredWheel[];
  /** Hashes of the wheels that are copied instead of being in the view. */
  readonly materialized: ReadonlySet<string>;
  readonly editables: readonly string[];
  readonly origins?: Origins;
}

export interface PrefixPlan extends SettledFiles {
  readonly directories: readonly string[];
  readonly links: readonly { readonly path: string; readonly target: string }[];
}

/**
 * Plans a prefix; the order of the wheels does not matter.
 * @throws E_ENV_SCRIPT_NAME, E_ENV_DATA_CONFLICT, E_ENV_PATH_CONFLICT
 */
export function planPrefix(request: PrefixRequest): PrefixPlan {
  const { interpreter, wheels } = request;
  const { scheme } = interpreter;
  const links = interpreterLinks(interpreter);
  const own = [...ownTexts(request), ...activationTexts(request)];
  const parts = wheels.map((wheel) => partOf(wheel, request));
  checkPlaces(parts, {
    files: new Set([...[...own, ...links].map(({ path }) => path), ownedRecordName]),
    directories: new Set(withParents([scheme.scripts, scheme.purelib])),
  });
  const { texts, copies, conflicts } = settlePlaces(parts);
  const needed = [scheme.scripts, scheme.purelib, ...copies.map((copy) => posix.dirname(copy.to))];
  return { directories: withParents(needed), texts: [...own, ...texts], links, copies, conflicts };
}

/** Scripts of entry points come last, as with pip: of one wheel's own files of one name they stay. */
const partOf = (wheel: StoredWheel, request: PrefixRequest): WheelPart => ({
  name: wheel.manifest.name,
  label: labelOf(wheel),
  files: [
    ...dataCopies(wheel, request),
    ...siteCopies(wheel, request),
    ...entryScripts(wheel, request),
    ...directTexts(wheel, request),
  ],
});

const broughtText = (text: PrefixText): BroughtFile => ({ path: text.path, contents: `text ${text.text}`, text });

/** Files that are rewritten alike have equal contents where those of the wheels are equal. */
const broughtCopy = (copy: PrefixCopy, { sha256 }: WheelFile): BroughtFile => ({
  path: copy.to,
  contents: `${copy.isScript ? "script" : "file"} ${sha256}`,
  copy,
});

function activationTexts({ prefix, prompt, interpreter }: PrefixRequest): readonly PrefixText[] {
  const { scripts } = interpreter.scheme;
  if (scripts !== "bin") return [];
  const texts = activationScripts({ prefix, scripts, name: prompt ?? basename(prefix) });
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

function ownTexts(request: PrefixRequest): readonly PrefixText[] {
  const { interpreter, editables } = request;
  const site = (name: string): string => posix.join(interpreter.scheme.purelib, name);
  const texts = [
    { path: "pyvenv.cfg", text: configurationOf(request), executable: false },
    { path: site(viewPathFile), text: viewLineOf(request), executable: false },
  ];
  if (editables.length > 0) {
    texts.push({ path: site(editablesPathFile), text: `${editables.join("\n")}\n`, executable: false });
  }
  return texts;
}

/** PEP 405; the keys are those that the standard library's venv writes. */
function configurationOf({ interpreter: { realPath, version }, prompt }: PrefixRequest): string {
  const named = prompt === undefined ? "" : `prompt = ${prompt}\n`;
  return `home = ${dirname(realPath)}
include-system-site-packages = false
version = ${version}
executable = ${realPath}
${named}`;
}

function viewLineOf({ view, wheels, materialized }: PrefixRequest): string {
  const runs = wheels.some(({ manifest, sha256 }) => manifest.pth.length > 0 && !materialized.has(sha256));
  // Before 3.13 `site` reads the file in the locale's encoding: other characters than ASCII go as escapes.
  if (!runs && isAscii(view)) return `${view}\n`;
  const path = pythonText(view);
  return `import site, sys; ${path} in sys.path or site.addsitedir(${path}, locals().get("known_paths"))\n`;
}

const isAscii = (text: string): boolean => /^[ -~]*$/.test(text);

function entryScripts(wheel: StoredWheel, { prefix, interpreter }: PrefixRequest): readonly BroughtFile[] {
  const { entryPoints, name: distribution } = wheel.manifest;
  const python = posix.join(prefix, interpreter.scheme.scripts, "python");
  return [...entryPoints.console, ...entryPoints.gui].map((entry) => {
    checkScriptName(entry.name, distribution);
    const path = posix.join(interpreter.scheme.scripts, entry.name);
    return broughtText({ path, text: scriptOf(entry, python), executable: true });
  });
}

function dataCopies(wheel: StoredWheel, request: PrefixRequest): readonly BroughtFile[] {
  if (wheel.manifest.dataCount === 0) return [];
  const { scheme } = request.interpreter;
  const { name } = wheel.manifest;
  const roots = { scripts: scheme.scripts, data: scheme.data, headers: posix.join(scheme.include, name) };
  const { data, entryPoints } = wheel.manifest;
  // As pip: the wrappers that old builders put beside the entry points they stand for are made anew instead.
  const wanted = data.filter(({ scheme: kind, path }) => kind !== "scripts" || !isScriptWrapper(path, entryPoints));
  return wanted.map((file) => {
    const to = posix.join(roots[file.scheme], file.path);
    const isScript = file.scheme === "scripts";
    const from = posix.join(wheel.dataPath, file.scheme, file.path);
    return broughtCopy({ from, to, executable: isScript || file.executable, isScript }, file);
  });
}

function siteCopies(wheel: StoredWheel, request: PrefixRequest): readonly BroughtFile[] {
  if (!request.materialized.has(wheel.sha256)) return [];
  const { distInfo, files } = wheel.manifest;
  const directUrl = directUrlOf(wheel, request);
  const wanted = directUrl === undefined ? files : files.filter(({ path }) => path !== `${distInfo}/${directUrlName}`);
  return wanted.map((file) => {
    const from = posix.join(wheel.path, file.path);
    const to = posix.join(request.interpreter.scheme.purelib, file.path);
    const recorded = file.path === `${distInfo}/RECORD` ? { recorded: recordedBeside(wheel, request) } : {};
    return broughtCopy({ from, to, executable: file.executable, isScript: false, ...recorded }, file);
  });
}

/** So that `pip uninstall`, which removes what RECORD names, leaves nothing of a copied wheel. */
function recordedBeside(wheel: StoredWheel, request: PrefixRequest): readonly string[] {
  const { purelib } = request.interpreter.scheme;
  const { distInfo } = wheel.manifest;
  const elsewhere = new Set([...entryScripts(wheel, request), ...dataCopies(wheel, request)].map(({ path }) => path));
  const direct = directUrlOf(wheel, request) === undefined ? [] : [`${distInfo}/${directUrlName}`];
  return [`${distInfo}/INSTALLER`, ...direct, ...[...elsewhere].map((path) => posix.relative(purelib, path))];
}

/** The view has its own `direct_url.json`s; of a copied wheel it lies with the copy. */
function directTexts(wheel: StoredWheel, request: PrefixRequest): readonly BroughtFile[] {
  const text = request.materialized.has(wheel.sha256) ? directUrlOf(wheel, request) : undefined;
  if (text === undefined) return [];
  const path = posix.join(request.interpreter.scheme.purelib, wheel.manifest.distInfo, directUrlName);
  return [broughtText({ path, text, executable: false })];
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
