/**
 * What a message quotes came from outside and has any length: a variable of a hundred kilobytes is told by its beginning.
 * Only after secrets are masked: half an address has a password, and no `@` that says so.
 */
const shownMax = 200;

/** Longer ones are cut: what has a use at its full length, a path or an address, has hardly more. */
const keptMax = 400;

/**
 * A quote begins behind white space or a bracket and ends before what may follow a word, so that no apostrophe begins or
 * ends one. Each attempt reads up to the next such character, hence all of them together read the text once.
 */
const quotes = [
  new RegExp(`(?<![^\\s(])'([^'\\n]{${keptMax + 1},})'(?![\\w])`, "g"),
  new RegExp(`(?<![^\\s(])\`([^\`\\n]{${keptMax + 1},})\`(?![\\w])`, "g"),
];

export function shortenQuotes(text: string): string {
  if (text.length <= keptMax) return text;
  const cut = (whole: string, quoted: string): string => {
    const mark = whole.charAt(0);
    return `${mark}${quoted.slice(0, shownMax)}…${mark}`;
  };
  return quotes.reduce((shortened, pattern) => shortened.replace(pattern, cut), text);
}
