/** The requirements of one `--with`, parted by commas, as uv takes them. */

/** A letter behind at most a number, or a path: what a bare version begins with is no other requirement. */
const beginsRequirement = /^\s*(?:[0-9._-]*[A-Za-z]|(?:\.{0,2}|~)[\\/])/;
/** A URL may hold commas. One that names a wheel is at its end there; so is one with a marker behind it. */
const endsUrl = /\.whl(?:[[#][^,]*)?\s*$|\s;|;\s/i;

/**
 * A comma parts two requirements where a name or a path follows, and neither brackets, quotes nor a URL hold it. What is
 * malformed stays as it is, for the parser of requirements to tell of.
 */
export function withRequirements(text: string): readonly string[] {
  const cuts: number[] = [];
  let depth = 0;
  let quote = "";
  let urlAt = -1;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote !== "") quote = char === quote ? "" : quote;
    else if (char === "'" || char === '"') quote = char;
    else if (char === "[" || char === "(") depth++;
    else if (char === "]" || char === ")") depth--;
    else if (char === "@" || text.startsWith("://", at)) urlAt = urlAt < 0 ? at : urlAt;
    else if (char === "," && depth === 0 && beginsRequirement.test(text.slice(at + 1))) {
      if (urlAt >= 0 && !endsUrl.test(text.slice(urlAt, at))) continue;
      cuts.push(at);
      urlAt = -1;
    }
  }
  const ends = [...cuts, text.length];
  return ends.map((end, n) => text.slice(n === 0 ? 0 : (ends[n - 1] ?? 0) + 1, end).trim());
}
