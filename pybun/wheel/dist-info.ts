/** The texts of a `.dist-info` directory: WHEEL and METADATA headers, entry points. */
import { problemsOf } from "@vivarium/core/diagnostic";
import { normalizeName } from "../versions/name.ts";
import { tryParseVersion } from "../versions/version.ts";
import type { wheelDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof wheelDiagnostics>();

/** The first value of a header in a text of the e-mail kind (WHEEL, METADATA); the body is not looked at. */
const headerOf = (text: string, name: string): string | undefined => headersOf(text, name)[0];

function headersOf(text: string, name: string): readonly string[] {
  const end = text.search(/\r?\n\r?\n/);
  const head = end === -1 ? text : text.slice(0, end);
  const found = head.matchAll(new RegExp(`^${name}[ \\t]*:[ \\t]*(.*?)[ \\t]*\\r?$`, "gim"));
  return Array.from(found, ([, value = ""]) => value);
}

/** Whether the root of the wheel is purelib. @throws E_WHEEL_FORMAT for a Wheel-Version that is not 1.x */
export function readWheelFile(text: string, file: string): { rootIsPurelib: boolean } {
  const version = headerOf(text, "Wheel-Version") ?? "";
  if (!/^1(\.\d+)*$/.test(version)) throw problem("E_WHEEL_FORMAT", { file, version });
  return { rootIsPurelib: headerOf(text, "Root-Is-Purelib")?.toLowerCase() === "true" };
}

/**
 * Name and version as METADATA gives them, which must mean the same as the file name.
 * @throws E_WHEEL_DIST_INFO, E_WHEEL_NAME, E_WHEEL_VERSION
 */
export function readMetadata(text: string, file: string): { name: string; version: string } {
  const [name, otherName] = headersOf(text, "Name");
  const [version, otherVersion] = headersOf(text, "Version");
  // Of two, one reader takes the first and another the last.
  if (otherName !== undefined || otherVersion !== undefined) {
    const field = otherName === undefined ? "Version" : "Name";
    throw problem("E_WHEEL_DIST_INFO", { file, detail: `has a METADATA with more than one ${field}` });
  }
  if (name === undefined || version === undefined) {
    throw problem("E_WHEEL_DIST_INFO", { file, detail: "has a METADATA without Name or Version" });
  }
  const [fileName = "", fileVersion = ""] = file.slice(0, -".whl".length).split("-");
  if (normalizeName(fileName) !== normalizeName(name)) {
    throw problem("E_WHEEL_NAME", { file, expected: fileName, actual: name });
  }
  if (!sameVersion(fileVersion, version)) {
    throw problem("E_WHEEL_VERSION", { file, expected: fileVersion, actual: version });
  }
  return { name, version };
}

/** File names write `_` for what they may not hold, such as the `-` of legacy versions or the `+` of local ones. */
function sameVersion(inFileName: string, inMetadata: string): boolean {
  if (inFileName === inMetadata) return true;
  const wanted = tryParseVersion(inMetadata);
  const escaped = (text: string) => text.replace(/[^A-Za-z0-9.]+/g, "_").toLowerCase();
  if (wanted === undefined) return escaped(inFileName) === escaped(inMetadata);
  const spellings = [inFileName, inFileName.replaceAll("_", "-"), inFileName.replace("_", "+")];
  return spellings.some((spelling) => tryParseVersion(spelling)?.key === wanted.key);
}

export interface EntryPoint {
  /** What the script is called. */
  readonly name: string;
  readonly module: string;
  /** What is called in the module, dotted. */
  readonly attribute: string;
}

export interface ScriptEntryPoints {
  readonly console: readonly EntryPoint[];
  readonly gui: readonly EntryPoint[];
}

/** `name = module:attribute [extras]`. Python's identifiers may be of any script, also with separate accents. */
const scriptLine =
  /^([^=]+?)\s*=\s*([\p{XID_Continue}.]+)\s*:\s*([\p{XID_Continue}.]+)\s*(?:\[[^\]]*\])?\s*(?:[#;].*)?$/u;

/**
 * The scripts that entry_points.txt asks for ("Entry points specification", packaging.python.org): an INI text in which
 * names are case-sensitive. Lines that are no object reference make no script, as with pip's configparser reading.
 */
export function parseScripts(text: string): ScriptEntryPoints {
  const scripts = { console: [] as EntryPoint[], gui: [] as EntryPoint[] };
  let section: EntryPoint[] | undefined;
  for (const raw of text.split(/\r\n|\n|\r/)) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    if (line.startsWith("[")) {
      section = { "[console_scripts]": scripts.console, "[gui_scripts]": scripts.gui }[line];
      continue;
    }
    const match = scriptLine.exec(line);
    const [, name, module, attribute] = match ?? [];
    if (name !== undefined && module !== undefined && attribute !== undefined)
      section?.push({ name, module, attribute });
  }
  return scripts;
}

/**
 * Whether a file of the `scripts` scheme is an old wrapper of an entry point (setuptools wrote them into wheels): the
 * script that is made for the entry point takes its place. The endings are those that pip drops.
 */
export function isScriptWrapper(path: string, { console, gui }: ScriptEntryPoints): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/(?:\.exe|-script\.py|\.pya)$/i, "");
  return [...console, ...gui].some((point) => point.name === name);
}
