/** Characters that do not show, or that change how others show, are written by their number. */

const names: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Controls, formats such as changes of direction, separators of lines and of paragraphs, halves of surrogate pairs. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

export const escapeInvisible = (text: string): string =>
  text.replaceAll(invisible, (found) => names[found] ?? `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`);

/** What stands between the quotes of a string or a char. */
export const escapeQuoted = (text: string, quote: '"' | "'"): string =>
  escapeInvisible(text.replaceAll("\\", "\\\\").replaceAll(quote, `\\${quote}`));
