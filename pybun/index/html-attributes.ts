/**
 * The attributes of one anchor that mean something to an index client. Written out rather than left to a regular
 * expression: a release of a compiled package has a hundred links, and each is decoded when its release is looked at.
 * Tokenising follows the HTML standard, 13.2.5.32–13.2.5.39: values in either quotes or none; the first of equal names counts.
 */

/** Values as written, character references unresolved. */
export interface AnchorAttributes {
  href?: string;
  requiresPython?: string;
  yanked?: string;
  uploadTime?: string;
  coreMetadata?: string;
  distInfoMetadata?: string;
}

const meaning: Readonly<Record<string, keyof AnchorAttributes>> = {
  href: "href",
  "data-requires-python": "requiresPython",
  "data-yanked": "yanked",
  "data-upload-time": "uploadTime",
  "data-core-metadata": "coreMetadata",
  "data-dist-info-metadata": "distInfoMetadata",
};

const needles = Object.entries(meaning)
  .filter(([name]) => name !== "href")
  .map(([name, key]) => [` ${name}="`, key] as const);

const greater = 62;
const equals = 61;
const doubleQuote = 34;
const singleQuote = 39;
const slash = 47;

/** The form that all big indexes write: lower-case names, one blank between attributes, double quotes. */
const canonicalTag = /<a href="[^"]*"(?: [a-z-]+="[^"]*")*>/y;

/** `text` begins with `<a`; what follows its `>` is not looked at. */
export function readAttributes(text: string): AnchorAttributes {
  canonicalTag.lastIndex = 0;
  return canonicalTag.test(text) ? pickAttributes(text, canonicalTag.lastIndex) : tokenizeAttributes(text);
}

/**
 * In a canonical tag `name="` cannot stand inside a value, so that names may be searched for: a few calls of native code instead
 * of a loop over characters, which counts while the loop is not compiled yet.
 */
function pickAttributes(tag: string, tagEnd: number): AnchorAttributes {
  const found: AnchorAttributes = { href: tag.slice(9, tag.indexOf('"', 9)) };
  for (const [needle, key] of needles) {
    const at = tag.indexOf(needle);
    if (at === -1 || at >= tagEnd) continue;
    const from = at + needle.length;
    found[key] = tag.slice(from, tag.indexOf('"', from));
  }
  return found;
}

function tokenizeAttributes(tag: string): AnchorAttributes {
  const found: AnchorAttributes = {};
  let at = 2;
  while (at < tag.length) {
    const code = tag.charCodeAt(at);
    if (code === greater) break;
    if (code <= 32 || code === slash) {
      at++;
      continue;
    }
    const nameEnd = endOfName(tag, at);
    const name = tag.slice(at, nameEnd);
    const { from, to, next } = valueAt(tag, nameEnd);
    at = Math.max(next, at + 1);
    const key = meaning[name] ?? meaning[name.toLowerCase()];
    if (key !== undefined && found[key] === undefined) found[key] = tag.slice(from, to);
  }
  return found;
}

function endOfName(tag: string, from: number): number {
  let at = from;
  for (; at < tag.length; at++) {
    const code = tag.charCodeAt(at);
    if (code === equals || code === greater || code <= 32 || code === slash) break;
  }
  return at;
}

/** The value behind a name, empty when there is none, and where the tag goes on. */
function valueAt(tag: string, nameEnd: number): { from: number; to: number; next: number } {
  const sign = skipBlanks(tag, nameEnd);
  if (tag.charCodeAt(sign) !== equals) return { from: nameEnd, to: nameEnd, next: nameEnd };
  const start = skipBlanks(tag, sign + 1);
  const quote = tag.charCodeAt(start);
  if (quote === doubleQuote || quote === singleQuote) {
    const close = tag.indexOf(quote === doubleQuote ? '"' : "'", start + 1);
    const to = close === -1 ? tag.length : close;
    return { from: start + 1, to, next: to + 1 };
  }
  let to = start;
  while (to < tag.length && tag.charCodeAt(to) > 32 && tag.charCodeAt(to) !== greater) to++;
  return { from: start, to, next: to };
}

function skipBlanks(tag: string, from: number): number {
  let at = from;
  while (at < tag.length && tag.charCodeAt(at) <= 32) at++;
  return at;
}
