/** A place in a text of WAVE that moves on: space and comments, words, single tokens, and what to say when it fails. */
import { escapeInvisible } from "./escape.ts";
import { WaveError } from "./wave-error.ts";

/** A part of a text. Errors count from the start of the whole. */
export interface TextRange {
  readonly text: string;
  /** UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** Types may be nested deeper than the stack of JavaScript is; no value that a person writes is. */
export const nestingMax = 1000;

const excerptMax = 24;
/** Labels come from components, and may be long. */
const wordsMax = 240;
const wordPattern = /%?[A-Za-z0-9+._-]+/y;
const excerptPattern = /^(?:"[^"\n]*"?|'[^'\n]*'?|[%A-Za-z0-9+._-]+|\\u[{0-9A-Za-z]*\}?|\\?[^])/u;

const clip = (words: string): string => (words.length > wordsMax ? `${words.slice(0, wordsMax)}…` : words);

export class Cursor {
  /** Ends where reading ends. */
  readonly text: string;
  /** UTF-16 units from the start of the text. */
  offset: number;
  readonly #whole: string;
  #depth = 0;

  constructor({ text, start, end }: TextRange) {
    this.#whole = text;
    this.text = text.slice(0, end);
    this.offset = start;
  }

  /** Past white space and comments. */
  skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.offset);
      if (code === 0x20 || (code >= 0x09 && code <= 0x0d && code !== 0x0b && code !== 0x0c)) {
        this.offset += 1;
      } else if (code === 0x2f && this.text.startsWith("//", this.offset)) {
        const end = this.text.indexOf("\n", this.offset);
        this.offset = end < 0 ? this.text.length : end;
      } else {
        return;
      }
    }
  }

  /** The next character behind space, "" at the end. */
  peek(): string {
    this.skipSpace();
    return this.text.charAt(this.offset);
  }

  /** What a sticky pattern finds here, and past it. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.offset;
    const found = pattern.exec(this.text)?.[0];
    this.offset += found?.length ?? 0;
    return found;
  }

  /** The next label, keyword or number, without going past it. */
  peekWord(): string | undefined {
    this.skipSpace();
    const start = this.offset;
    const word = this.match(wordPattern);
    this.offset = start;
    return word;
  }

  /** Past this character, if it is the next one. */
  take(token: string): boolean {
    if (this.peek() !== token) return false;
    this.offset += 1;
    return true;
  }

  expect(token: string, expected = `'${token}'`): void {
    if (!this.take(token)) this.fail(expected);
  }

  /** One level deeper while it reads. */
  nest<T>(read: () => T): T {
    if (this.#depth >= nestingMax) this.#throw(`the value is nested deeper than ${nestingMax} levels`);
    this.#depth += 1;
    const value = read();
    this.#depth -= 1;
    return value;
  }

  /** @param expected how the sentence goes on behind 'expected' */
  fail(expected: string, hint = ""): never {
    const end = hint === "" ? "" : `; ${clip(hint)}`;
    return this.#throw(`expected ${clip(expected)}, found ${this.#found()}${end}`);
  }

  #throw(message: string): never {
    throw new WaveError(message, { text: this.#whole, offset: this.offset });
  }

  /** A part of what stands here. */
  #found(): string {
    const rest = this.#whole.slice(this.offset, this.offset + 3 * excerptMax);
    const [excerpt] = excerptPattern.exec(rest) ?? [];
    if (excerpt === undefined) return "the end of the text";
    const characters = Array.from(excerpt);
    const shown = characters.length > excerptMax ? `${characters.slice(0, excerptMax).join("")}…` : excerpt;
    return `'${escapeInvisible(shown)}'`;
  }
}
