/** The requirements of one `--with`, parted by commas, as uv takes them. */

/** A letter behind at most a number: what a bare version begins with is no other requirement. */
const beginsName = /^\s*[0-9._-]*[A-Za-z]/;

/**
 * A comma parts two requirements where a name follows, and neither brackets, quotes nor a URL hold it. What is malformed
 * stays as it is, for the parser of requirements to tell of.
 */
export function withRequirements(text: string): readonly string[] {
  const cuts: number[] = [];
  let depth = 0;
  let quote = "";
  let isUrl = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote !== "") quote = char === quote ? "" : quote;
    else if (char === "'" || char === '"') quote = char;
    else if (char === "[" || char === "(") depth++;
    else if (char === "]" || char === ")") depth--;
    else if (char === "@") isUrl = true;
    else if (char === "," && depth === 0 && !isUrl && beginsName.test(text.slice(at + 1))) cuts.push(at);
  }
  const ends = [...cuts, text.length];
  return ends.map((end, n) => text.slice(n === 0 ? 0 : (ends[n - 1] ?? 0) + 1, end).trim());
}
