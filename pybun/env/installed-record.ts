/**
 * RECORD as it has to read where a wheel is installed ("Recording installed projects", packaging.python.org). The one of
 * the archive names scripts, data, and all that lies in `purelib` and `platlib`, by paths below `NAME.data/`, where no
 * reader of installed metadata finds them. Lines that stay are left byte for byte.
 */

/** The text of a RECORD with files of `purelib` and `platlib` where they are, and without those of other schemes. */
export function recordedInSite(text: string, distInfo: string): string {
  const data = `${distInfo.slice(0, -".dist-info".length)}.data/`;
  if (!text.includes(data.slice(0, -1))) return text;
  return linesOf(text)
    .map((line) => lineInSite(line, data))
    .join("");
}

/** With their ends. */
const linesOf = (text: string): readonly string[] => text.split(/(?<=\n|\r(?!\n))/);

/** The first field, quoted or bare. */
const pathField = /^(?:"((?:[^"]|"")*)"|[^,\r\n]*)/;

function lineInSite(line: string, data: string): string {
  const [field = "", quoted] = pathField.exec(line) ?? [];
  const path = (quoted?.replaceAll('""', '"') ?? field).replaceAll("\\", "/").replace(/^\.\//, "");
  if (!path.startsWith(data)) return line;
  const [, inSite] = /^(?:purelib|platlib)\/(.*)$/.exec(path.slice(data.length)) ?? [];
  // Some old builders list directories.
  if (inSite === undefined || inSite === "" || inSite.endsWith("/")) return "";
  return csvField(inSite) + line.slice(field.length);
}

/** The text of a RECORD that names these files too, where an environment has a wheel's files for itself. */
export function recordWith(text: string, { distInfo, recorded }: { distInfo: string; recorded: readonly string[] }) {
  const known = linesOf(recordedInSite(text, distInfo)).map((line) => line.trimEnd());
  const isAdded = (line: string) => recorded.some((path) => line.startsWith(`${csvField(path)},`));
  const kept = known.filter((line) => line !== "" && !isAdded(line));
  // Hash and size may be left out (binary distribution format, "Recording installed projects").
  return [...kept, ...recorded.map((path) => `${csvField(path)},,`), ""].join("\n");
}

const csvField = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
