/**
 * Where keys and values of a TOML document stand. In: a text that a TOML parser has accepted, since that gives values
 * without places. Out: line and column of each, and of parts of strings, through their escapes.
 *
 * One pass that knows just enough of the grammar to walk over it: headers, dotted keys, strings of four kinds, arrays,
 * inline tables; all else is a scalar up to the next comma, bracket, comment or line end. On a text that is no TOML it
 * ends, too, with places that mean nothing.
 */
import type { Span } from "../diagnostic.ts";
import type { TextRange } from "../fault.ts";
import type { TomlPath } from "./tables.ts";

interface Scan {
  readonly text: string;
  at: number;
  readonly keys: Map<string, TextRange>;
  readonly values: Map<string, TextRange>;
  /** How many tables an array of tables has so far. */
  readonly tableCounts: Map<string, number>;
}

export type TomlPlaces = (path: TomlPath, part: "key" | "value" | TextRange) => Omit<Span, "file">;

/** Looks at the text when the first place is asked for. What cannot be found is at the start of what holds it, and at last at the start of the document. */
export function tomlPlaces(text: string): TomlPlaces {
  let scanned: Scan | undefined;
  return (path, part) => {
    scanned ??= scanDocument(text);
    const scan = scanned;
    const key = scan.keys.get(nameOf(path));
    const value = scan.values.get(nameOf(path));
    const found = part === "key" ? (key ?? value) : (value ?? key);
    if (found === undefined) return path.length === 0 ? spanOf(text, { start: 0, end: 0 }) : tomlPlacesOf(scan, path);
    return spanOf(
      text,
      typeof part === "string" || value === undefined ? found : withinString(text, { whole: value, part }),
    );
  };
}

function tomlPlacesOf(scan: Scan, path: TomlPath): Omit<Span, "file"> {
  for (let length = path.length - 1; length > 0; length--) {
    const name = nameOf(path.slice(0, length));
    const found = scan.keys.get(name) ?? scan.values.get(name);
    if (found !== undefined) return spanOf(scan.text, found);
  }
  return spanOf(scan.text, { start: 0, end: 0 });
}

const nameOf = (path: TomlPath): string => JSON.stringify(path);

/** Whoever asks for a place is far above this; a key of endlessly many parts would take the square of its length. */
const depthMax = 16;

/** The first place of a path counts: later ones open the same table again. */
function note(places: Map<string, TextRange>, path: TomlPath, range: TextRange): void {
  if (path.length > depthMax) return;
  const name = nameOf(path);
  if (!places.has(name)) places.set(name, range);
}

function scanDocument(text: string): Scan {
  const scan: Scan = { text, at: 0, keys: new Map(), values: new Map(), tableCounts: new Map() };
  let table: TomlPath = [];
  for (skipBlank(scan); scan.at < scan.text.length; skipBlank(scan)) {
    const before = scan.at;
    if (scan.text[scan.at] === "[") table = scanHeader(scan);
    else scanPair(scan, table);
    if (scan.at === before) scan.at++;
  }
  return scan;
}

/** `[a.b]`: the table's path. An array of tables stands for its last table. */
function scanHeader(scan: Scan): TomlPath {
  const isArray = scan.text.startsWith("[[", scan.at);
  scan.at += isArray ? 2 : 1;
  const path = scanKey(scan, []);
  scan.at += isArray ? 2 : 1;
  if (!isArray) return path;
  if (path.length > depthMax) return path;
  const count = scan.tableCounts.get(nameOf(path)) ?? 0;
  scan.tableCounts.set(nameOf(path), count + 1);
  return [...path, count];
}

function scanPair(scan: Scan, table: TomlPath): void {
  const path = scanKey(scan, table);
  if (scan.text[scan.at] === "=") scan.at++;
  skipSpaces(scan);
  scanValue(scan, path);
}

/** A dotted key; each part of it is a place of its own. */
function scanKey(scan: Scan, table: TomlPath): TomlPath {
  const path = [...table];
  for (;;) {
    skipSpaces(scan);
    const start = scan.at;
    path.push(scanKeyPart(scan));
    note(scan.keys, path, { start, end: scan.at });
    skipSpaces(scan);
    if (scan.text[scan.at] !== ".") return path;
    const count = path.length > depthMax ? undefined : scan.tableCounts.get(nameOf(path));
    if (count !== undefined) path.push(count - 1);
    scan.at++;
  }
}

function scanKeyPart(scan: Scan): string {
  const quote = scan.text[scan.at];
  const start = scan.at;
  if (quote !== '"' && quote !== "'") {
    scan.at += match(/[A-Za-z0-9_-]*/y, scan).length;
    return scan.text.slice(start, scan.at);
  }
  skipString(scan, quote);
  const inner = scan.text.slice(start + 1, scan.at - 1);
  return quote === "'" ? inner : unescape(inner);
}

function scanValue(scan: Scan, path: TomlPath): void {
  const start = scan.at;
  const first = scan.text[scan.at];
  if (first === '"' || first === "'")
    skipString(scan, scan.text.startsWith(first.repeat(3), start) ? first.repeat(3) : first);
  else if (first === "[") scanArray(scan, path);
  else if (first === "{") scanInlineTable(scan, path);
  else scan.at += match(/[^,\]}#\r\n]*/y, scan).trimEnd().length;
  note(scan.values, path, { start, end: scan.at });
}

function scanArray(scan: Scan, path: TomlPath): void {
  scan.at++;
  for (let index = 0; ; index++) {
    skipBlank(scan);
    if (scan.text[scan.at] === "]" || scan.at >= scan.text.length) break;
    scanValue(scan, [...path, index]);
    skipBlank(scan);
    if (scan.text[scan.at] !== ",") break;
    scan.at++;
  }
  if (scan.text[scan.at] === "]") scan.at++;
}

function scanInlineTable(scan: Scan, path: TomlPath): void {
  scan.at++;
  for (;;) {
    skipBlank(scan);
    if (scan.text[scan.at] === "}" || scan.at >= scan.text.length) break;
    scanPair(scan, path);
    skipBlank(scan);
    if (scan.text[scan.at] !== ",") break;
    scan.at++;
  }
  if (scan.text[scan.at] === "}") scan.at++;
}

/** `quote`: one or three of them. Up to two more may stand before the closing three. */
function skipString(scan: Scan, quote: string): void {
  scan.at += quote.length;
  const hasEscapes = quote.startsWith('"');
  while (scan.at < scan.text.length && !scan.text.startsWith(quote, scan.at)) {
    scan.at += hasEscapes && scan.text[scan.at] === "\\" ? 2 : 1;
  }
  scan.at = Math.min(scan.at + quote.length, scan.text.length);
  if (quote.length === 3) scan.at += match(quote.startsWith('"') ? /"{0,2}/y : /'{0,2}/y, scan).length;
}

/** White space, line ends and comments. */
function skipBlank(scan: Scan): void {
  scan.at += match(/(?:[ \t\r\n\uFEFF]|#[^\n]*)*/y, scan).length;
}

function skipSpaces(scan: Scan): void {
  scan.at += match(/[ \t]*/y, scan).length;
}

function match(pattern: RegExp, scan: Scan): string {
  pattern.lastIndex = scan.at;
  return pattern.exec(scan.text)?.[0] ?? "";
}

const escapes = /\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|.)/g;
const letters: Readonly<Record<string, string>> = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", e: "\u001b" };

const unescape = (inner: string): string => inner.replace(escapes, unescapeOne);

function unescapeOne(escape: string): string {
  const letter = escape[1] ?? "";
  if (escape.length > 2) return String.fromCodePoint(Math.min(Number.parseInt(escape.slice(2), 16), 0x10_ff_ff));
  return letters[letter] ?? letter;
}

/** A part of a string, where it stands; of a string of several lines, the whole of it. */
function withinString(text: string, { whole, part }: { whole: TextRange; part: TextRange }): TextRange {
  const literal = text.slice(whole.start, whole.end);
  if (/^(?:"""|'''|[^"'])/.test(literal)) return whole;
  const inner = literal.slice(1, -1);
  const places = literal.startsWith('"') ? escapedPlaces(inner) : undefined;
  const placeOf = (offset: number): number =>
    whole.start + 1 + Math.min(places === undefined ? offset : (places[offset] ?? inner.length), inner.length);
  const start = placeOf(part.start);
  return { start, end: Math.max(placeOf(part.end), start + 1) };
}

/** Where each code unit of the string's value begins in what was written. */
function escapedPlaces(inner: string): readonly number[] {
  const places: number[] = [];
  let at = 0;
  for (const escape of inner.matchAll(escapes)) {
    for (; at < escape.index; at++) places.push(at);
    for (let unit = 0; unit < unescapeOne(escape[0]).length; unit++) places.push(at);
    at += escape[0].length;
  }
  for (; at < inner.length; at++) places.push(at);
  return places;
}

function spanOf(text: string, { start, end }: TextRange): Omit<Span, "file"> {
  const first = positionOf(text, start);
  const last = positionOf(text, end);
  return { ...first, end_line: last.line, end_column: last.column };
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
