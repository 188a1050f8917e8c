/**
 * The sort key of a version: a string of ASCII characters whose plain `<` order is the order of PEP 440 ("Summary of
 * permitted suffixes and relative ordering"), so that the resolver's hot loop compares strings and nothing else.
 *
 *   key    = epoch release "!" suffix local
 *   suffix = '"' dev                          dev release of a final version: before its pre-releases
 *          | ("a" | "b" | "c") n rest         pre-release
 *          | "f" rest                         final or post release
 *   rest   = '"' dev | "#" | "$" post ('"' dev | "#")
 *   local  = "%"  |  segment… "%"             segment = "&" text " " (sorts first)  |  "'" number
 *
 * Numbers are prefix-free and order-preserving: up to 79 one character from "(" on; above, a character that counts the
 * digits (from "x" on; "~" and a number from eight digits on), then the digits. Structure characters sort below all
 * number characters. Trailing zeros of the release are dropped, since 1.0 and 1 are equal.
 *
 * A key that is cut at any point is the lower end of all versions that begin so, and with {@link KEY_END} appended the
 * upper end: that is how specifiers become intervals (specifier-range.ts) without ever computing "the next version".
 */

/** Sorts after every character of a key. */
export const KEY_END = "\x7f";
/** Ends the release segment; everything that sorts at or after it belongs to exactly that release. */
export const KEY_RELEASE_END = "!";
/** Introduces the number of a dev release; occurs in a key only for dev releases. */
export const KEY_DEV = '"';
export const KEY_NO_POST = "#";
export const KEY_POST = "$";
export const KEY_LOCAL_END = "%";
export const KEY_FINAL = "f";

const KEY_LOCAL_TEXT = "&";
const KEY_LOCAL_NUMBER = "'";
const PLAIN_END = KEY_RELEASE_END + KEY_FINAL + KEY_NO_POST + KEY_LOCAL_END;
const FIRST_NUMBER_CODE = 0x28;
const SMALL_NUMBERS = 80;
const DIGITS_CODE = 0x78;
const DIGITS_DIRECT_MAX = 7;
const SMALL: readonly string[] = Array.from({ length: SMALL_NUMBERS }, (_, n) =>
  String.fromCharCode(FIRST_NUMBER_CODE + n),
);

/** Encodes a non-negative integer, given as a number below 2^53. */
export function encodeNumber(value: number): string {
  return SMALL[value] ?? encodeDigits(String(value));
}

/** Encodes a non-negative integer of any size from its decimal digits, which have no leading zeros. */
export function encodeDigits(digits: string): string {
  const small = digits.length <= 2 ? SMALL[Number(digits)] : undefined;
  if (small !== undefined) return small;
  const count = digits.length;
  if (count <= DIGITS_DIRECT_MAX) return String.fromCharCode(DIGITS_CODE + count - 2) + digits;
  return `~${encodeNumber(count)}${digits}`;
}

/** Encodes release components, given as digits without leading zeros; drops trailing zeros, writes no end mark. */
export function encodeRelease(components: readonly string[]): string {
  let key = "";
  let kept = "";
  for (const component of components) {
    key += encodeDigits(component);
    if (component !== "0") kept = key;
  }
  return kept;
}

/** Encodes the segments of a local version label, numbers without leading zeros, end mark included (PEP 440 "Local version identifiers"). */
export function encodeLocal(segments: readonly string[]): string {
  let key = "";
  for (const segment of segments) {
    key += isNumber(segment) ? KEY_LOCAL_NUMBER + encodeDigits(segment) : `${KEY_LOCAL_TEXT}${segment} `;
  }
  return key + KEY_LOCAL_END;
}

/** Whether a segment of a local version label is a number: it has nothing but letters and digits. */
export function isNumber(segment: string): boolean {
  for (let at = 0; at < segment.length; at++) if (segment.charCodeAt(at) > CODE_NINE) return false;
  return true;
}

const CODE_ZERO = 48;
const CODE_NINE = 57;
const CODE_DOT = 46;
const SAFE_DIGITS_MAX = 15;

/**
 * The key of a version of the plain form `N.N.N` in its normalised spelling, or undefined for anything else: the form
 * of nine in ten versions of an index, done without a regular expression.
 */
export function plainVersionKey(text: string): string | undefined {
  let key = SMALL[0] ?? "";
  let kept = key;
  let value = 0;
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const digit = code - CODE_ZERO;
    if (digit >= 0 && digit <= 9) {
      // A leading zero is not the normalised spelling, and a longer number would lose precision.
      if ((digits > 0 && value === 0) || digits >= SAFE_DIGITS_MAX) return undefined;
      value = value * 10 + digit;
      digits++;
    } else if (code === CODE_DOT && digits > 0) {
      key += encodeNumber(value);
      if (value !== 0) kept = key;
      value = 0;
      digits = 0;
    } else return undefined;
  }
  if (digits === 0) return undefined;
  return (value === 0 ? kept : key + encodeNumber(value)) + PLAIN_END;
}

/** Whether the version of this key is a pre-release or a dev release (PEP 440 "Handling of pre-releases"). */
export function isPrereleaseKey(key: string): boolean {
  const suffix = key.charAt(key.indexOf(KEY_RELEASE_END) + 1);
  return suffix !== KEY_FINAL || key.includes(KEY_DEV);
}
