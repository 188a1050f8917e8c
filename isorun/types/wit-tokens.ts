/** The words and signs of a WIT text, one after the other. Comments are none. */

const token = /\s+|\/\/[^\n]*|\/\*[^]*?\*\/|(?<sign>->|[{}()<>,;:=./*@])|(?<word>%?[A-Za-z0-9_+-]+(?:\.\d[\w.+-]*)?)/y;

interface Token {
  readonly text: string;
  readonly offset: number;
}

export class WitTokens {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  /** @throws Error for what is no token */
  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  get isAtEnd(): boolean {
    return this.#next >= this.#tokens.length;
  }

  /** Empty at the end. */
  peek(ahead = 0): string {
    return this.#tokens[this.#next + ahead]?.text ?? "";
  }

  next(): string {
    const text = this.peek();
    this.#next += 1;
    return text;
  }

  accept(text: string): boolean {
    if (this.peek() !== text) return false;
    this.#next += 1;
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) this.fail(`'${text}' was expected, found '${this.peek()}'`);
  }

  /** An identifier; `%` before one that is a keyword too is no part of it. */
  name(): string {
    const text = this.peek().replace(/^%/, "");
    if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(text)) this.fail(`a name was expected, found '${this.peek()}'`);
    this.#next += 1;
    return text;
  }

  /** With the `@`; empty if there is none. */
  version(): string {
    return this.accept("@") ? `@${this.next()}` : "";
  }

  /** Whatever stands between, with commas; the last one may have one behind it. */
  list<T>(open: string, close: string, read: () => T): T[] {
    this.expect(open);
    const items: T[] = [];
    while (!this.accept(close)) {
      this.passGates();
      items.push(read());
      if (this.accept(close)) break;
      this.expect(",");
    }
    return items;
  }

  /** `@since(version = 0.2.0)` and its kin. */
  passGates(): void {
    while (this.accept("@")) {
      this.name();
      this.expect("(");
      while (!this.accept(")")) if (this.next() === "") this.fail("a gate has no end");
    }
  }

  /** Names of the resources that are defined before the block ends in which the next token stands. */
  resourcesAhead(): string[] {
    const names: string[] = [];
    for (let at = 0, depth = 0; depth >= 0 && this.peek(at) !== ""; at += 1) {
      const text = this.peek(at);
      if (text === "{") depth += 1;
      if (text === "}") depth -= 1;
      const isItem = depth === 0 && text === "resource" && this.peek(at + 1) !== ":";
      if (isItem) names.push(this.peek(at + 1).replace(/^%/, ""));
    }
    return names;
  }

  fail(problem: string): never {
    throw failure(this.#text, this.#tokens[this.#next]?.offset ?? this.#text.length, problem);
  }
}

function failure(text: string, offset: number, problem: string): Error {
  return new Error(`line ${text.slice(0, offset).split("\n").length} of the WIT text: ${problem}`);
}

function tokensOf(text: string): Token[] {
  const found: Token[] = [];
  for (let offset = 0; offset < text.length; ) {
    token.lastIndex = offset;
    const match = token.exec(text);
    if (match === null) throw failure(text, offset, `'${text[offset] ?? ""}' is no sign of it`);
    const { sign = match.groups?.["word"] } = match.groups ?? {};
    if (sign !== undefined) found.push({ text: sign, offset });
    offset = token.lastIndex;
  }
  return found;
}
