/** The words and signs of a WIT text, one after the other. Comments are none. */
import { argumentError } from "../../core/argument-error.ts";

/** A dot belongs to a version only where more of that version follows: in `y@1.0.0.{t}` the last one does not. */
const token =
  /\s+|\/\/[^\n]*|(?<comment>\/\*)|(?<sign>->|[{}()<>,;:=./*@])|(?<word>\d[\w+-]*(?:\.[\w+-]+)*|%?[A-Za-z_][\w-]*)/y;
const commentEdge = /\/\*|\*\//g;
const name = /^(?:[a-z][a-z0-9]*|[A-Z][A-Z0-9]*)(?:-(?:[a-z0-9]+|[A-Z0-9]+))*$/;
const version = /^\d+\.\d+\.\d+(?:[-+].*)?$/;

interface Token {
  readonly text: string;
  readonly offset: number;
}

export class WitTokens {
  /** What messages call the text. */
  title = "the text of WIT";
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  /** @param count so many from the beginning, if there are more. @throws TypeError for what is no token */
  constructor(text: string, count = Number.POSITIVE_INFINITY) {
    this.#text = text;
    this.#tokens = this.#tokensOf(text, count);
  }

  get isAtEnd(): boolean {
    return this.#next >= this.#tokens.length;
  }

  /** Where the next token stands, for `elsewhere`. */
  get place(): number {
    return this.#next;
  }

  /** What `read` reads from a place on; then it goes on here. */
  elsewhere<T>(place: number, read: () => T): T {
    const here = this.#next;
    this.#next = place;
    const found = read();
    this.#next = here;
    return found;
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
    if (!this.accept(text)) this.failExpecting(`'${text}'`);
  }

  /** An identifier; `%` before one that is a keyword too is no part of it. */
  name(): string {
    const text = this.peek().replace(/^%/, "");
    if (!name.test(text)) this.failExpecting("a name", { hint: "; what is a keyword too stands behind '%'" });
    this.#next += 1;
    return text;
  }

  /** One that is none of those that were `taken`; they do not differ by case alone (Explainer.md, Name Uniqueness). */
  newName(taken: Set<string>): string {
    const found = this.name();
    this.take(found, taken);
    return found;
  }

  /** @param key what must be new of the name that was read last */
  take(own: string, taken: Set<string>, key = own): void {
    const folded = key.toLowerCase();
    if (taken.has(folded)) this.failAtLast(`'${own}' is named twice; names differ by more than their case`);
    taken.add(folded);
  }

  /** With the `@`; empty if there is none. */
  version(): string {
    if (!this.accept("@")) return "";
    if (!version.test(this.peek())) this.failExpecting("a version of three numbers", { which: ", as 1.0.0" });
    return `@${this.next()}`;
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
      while (!this.accept(")")) if (this.next() === "") this.fail("a gate has no end; it ends by ')'");
    }
  }

  /** Over all that stands in braces, which begin here. */
  passBlock(): void {
    this.expect("{");
    for (let depth = 1; depth > 0; ) {
      if (this.isAtEnd) this.failExpecting("'}'");
      const text = this.next();
      if (text === "{") depth += 1;
      if (text === "}") depth -= 1;
    }
  }

  /** Names of the resources that are defined before the block ends in which the next token stands. */
  resourcesAhead(): Set<string> {
    const names = new Set<string>();
    for (let at = 0, depth = 0; depth >= 0 && this.peek(at) !== ""; at += 1) {
      const text = this.peek(at);
      if (text === "{") depth += 1;
      if (text === "}") depth -= 1;
      const own = this.peek(at + 1).replace(/^%/, "");
      if (depth === 0 && text === "resource" && name.test(own)) names.add(own);
    }
    return names;
  }

  /** Of the next token. */
  fail(problem: string): never {
    return this.failAt(this.#next, problem);
  }

  /** Of the one that was read last. */
  failAtLast(problem: string): never {
    return this.failAt(this.#next - 1, problem);
  }

  failAt(place: number, problem: string): never {
    return this.#fail(this.#tokens[place]?.offset ?? this.#text.length, problem);
  }

  /** @param words `which` says more of what was expected, `hint` what to do */
  failExpecting(what: string, { which = "", hint = "" } = {}): never {
    const found = this.isAtEnd ? "the end of the text" : `'${this.peek()}'`;
    return this.fail(`${what} was expected${which}, found ${found}${hint}`);
  }

  #fail(offset: number, problem: string): never {
    const before = this.#text.slice(0, offset).split("\n");
    const column = (before.at(-1)?.length ?? 0) + 1;
    throw argumentError(`${problem} (${this.title}, line ${before.length}, column ${column})`);
  }

  #tokensOf(text: string, count: number): Token[] {
    const found: Token[] = [];
    for (let offset = 0; offset < text.length && found.length < count; ) {
      token.lastIndex = offset;
      const { groups } = token.exec(text) ?? this.#fail(offset, `'${text[offset] ?? ""}' is no sign of WIT`);
      const end = groups?.["comment"] === undefined ? token.lastIndex : this.#commentEnd(offset);
      const { sign = groups?.["word"] } = groups ?? {};
      if (sign !== undefined) found.push({ text: sign, offset });
      offset = end;
    }
    return found;
  }

  /** They stand within each other. */
  #commentEnd(start: number): number {
    commentEdge.lastIndex = start;
    for (let depth = 0; ; ) {
      const edge = commentEdge.exec(this.#text) ?? this.#fail(start, "a comment has no end; it ends by '*/'");
      depth += edge[0] === "/*" ? 1 : -1;
      if (depth === 0) return commentEdge.lastIndex;
    }
  }
}
