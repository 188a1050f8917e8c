/**
 * The format of pip's files: Python's `configparser` with `RawConfigParser`'s defaults, clause by clause, since what pip
 * refuses must not pass for a file without settings. In: the text. Out: the settings of each section, names as pip spells
 * them (`index-url`), those of `[DEFAULT]` in every section.
 */

/** `reason` quotes nothing: a line may hold a password. */
export class IniFault extends Error {
  override readonly name = "IniFault";
}

type Options = Map<string, string[]>;

interface Cursor {
  readonly sections: Map<string, Options>;
  options: Options | undefined;
  /** Takes the lines that continue it. */
  lines: string[] | undefined;
  indent: number;
}

const shared = "DEFAULT";

/** @throws IniFault for what pip refuses */
export function parseIni(text: string): Map<string, Map<string, string>> {
  const cursor: Cursor = { sections: new Map(), options: undefined, lines: undefined, indent: 0 };
  for (const [i, line] of text.split(/\r\n|\r|\n/).entries()) {
    const fault = readLine(line, cursor);
    if (fault !== undefined) throw new IniFault(`line ${i + 1} ${fault}`);
  }
  const defaults = cursor.sections.get(shared) ?? new Map();
  cursor.sections.delete(shared);
  return new Map([...cursor.sections].map(([name, options]) => [name, settled(new Map([...defaults, ...options]))]));
}

/** Two spellings of one name are two options, of which the last counts. */
const settled = (options: Options): Map<string, string> =>
  new Map(
    [...options].map(([name, lines]) => [name.replaceAll("_", "-").replace(/^--/, ""), lines.join("\n").trimEnd()]),
  );

/** What is wrong with the line. */
function readLine(line: string, cursor: Cursor): string | undefined {
  const value = line.trim();
  // A comment within a value is no line of it, an empty line is one.
  if (value === "") cursor.lines?.push("");
  if (/^(?:$|[#;])/.test(value)) return undefined;
  const indent = line.search(/\S/);
  if (cursor.lines !== undefined && indent > cursor.indent) {
    cursor.lines.push(value);
    return undefined;
  }
  cursor.indent = indent;
  // Up to the last bracket, and whatever stands behind it.
  const header = /^\[(.+)\]/.exec(value)?.[1];
  return header === undefined ? readOption(value, cursor) : openSection(header, cursor);
}

function openSection(header: string, cursor: Cursor): string | undefined {
  if (cursor.sections.has(header) && header !== shared) return "begins a section that was there before";
  cursor.options = cursor.sections.get(header) ?? new Map();
  cursor.sections.set(header, cursor.options);
  cursor.lines = undefined;
  return undefined;
}

function readOption(value: string, cursor: Cursor): string | undefined {
  if (cursor.options === undefined) return "stands before any section, such as '[global]'";
  const cut = value.search(/[=:]/);
  const name = value.slice(0, Math.max(cut, 0)).trim().toLowerCase();
  if (name === "") return "is neither a section nor 'name = value'";
  if (cursor.options.has(name)) return "sets a name that its section has set before";
  cursor.lines = [value.slice(cut + 1).trim()];
  cursor.options.set(name, cursor.lines);
  return undefined;
}
