/**
 * Which sources the tracebacks of Python name that a program writes to its stderr. Interpreters look for these, to show
 * lines of them, in all of the directories that they have modules in, and do without: the one in C between the lines of a
 * traceback, the one in Python before the first. So what tells such a look-up from others is the name, not the time.
 */
import { posix } from "node:path";

/** Names of files have 4095 bytes at most. */
const lineBytesMax = 8192;

const namesMax = 1000;

const lineEnd = 0x0a;
const colon = 0x3a;

/** Those of groups stand behind lines of a tree. */
const start = /^[ +|]*(?:Exception Group )?Traceback \(most recent call last\):$/;
const frame = /^[ |]* File "(.+)", line \d+/;
/** Of the line that ends a traceback, where a call of the system failed: `[Errno 2] No such file or directory: 'a'`. */
const systemFailure = /\[Errno \d+\] /g;
const quote = /['"]/g;

export class NamedSources {
  readonly #names = new Set<string>();
  readonly #failed = new Set<string>();
  readonly #line = new Uint8Array(lineBytesMax);
  /** Of the line so far, however much of it was kept. */
  #length = 0;
  #isTraceback = false;

  /** A piece of stderr, cut anywhere. */
  read(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const end = bytes.indexOf(lineEnd, from);
      if (end === -1) {
        this.#keep(bytes.subarray(from));
        return;
      }
      if (this.#length === 0) this.#readLine(bytes, from, end);
      else this.#endLine(bytes.subarray(from, end));
      from = end + 1;
    }
  }

  /** Whether a path, such as `wayOf` makes it, is that of a source, wherever it was looked for. */
  has(way: string): boolean {
    return this.#names.has(posix.basename(way)) && !this.isFailure(way);
  }

  /** Whether a traceback says that it is this path that the program failed by. */
  isFailure(way: string): boolean {
    return this.#failed.has(way);
  }

  #keep(piece: Uint8Array): void {
    if (this.#length + piece.length <= lineBytesMax) this.#line.set(piece, this.#length);
    this.#length += piece.length;
  }

  #endLine(piece: Uint8Array): void {
    this.#keep(piece);
    const length = this.#length;
    this.#length = 0;
    this.#readLine(this.#line, 0, length);
  }

  /** Most lines are seen at their last byte to begin no traceback: programs may write very many. */
  #readLine(bytes: Uint8Array, from: number, end: number): void {
    if (end - from > lineBytesMax || (!this.#isTraceback && bytes[end - 1] !== colon)) return;
    const line = Bun.stripANSI(new TextDecoder().decode(bytes.subarray(from, end)));
    if (start.test(line)) this.#isTraceback = true;
    else if (this.#isTraceback) this.#readInner(line);
  }

  #readInner(line: string): void {
    const named = frame.exec(line)?.[1];
    if (named !== undefined) addSome(this.#names, posix.basename(named));
    const failed = pathFailedAt(line);
    if (failed !== undefined) addSome(this.#failed, wayOf(failed));
    // That of the exception itself, which ends it.
    this.#isTraceback = line.startsWith(" ");
  }
}

/** The program chooses the line: what one quote does not answer is asked again only behind that quote. */
function pathFailedAt(line: string): string | undefined {
  systemFailure.lastIndex = 0;
  while (systemFailure.test(line)) {
    const wordsAt = systemFailure.lastIndex;
    quote.lastIndex = wordsAt;
    const found = quote.exec(line);
    if (found === null) return undefined;
    const { 0: mark, index: openAt } = found;
    const closeAt = line.indexOf(mark, openAt + 2);
    if (openAt >= wordsAt + 2 && line.startsWith(": ", openAt - 2) && closeAt !== -1)
      return line.slice(openAt + 1, closeAt);
    systemFailure.lastIndex = openAt + 1;
  }
  return undefined;
}

/** A path of a program from the start of all paths, absolute or not: C libraries take both for the same. */
export const wayOf = (path: string): string => posix.join("/", path).slice(1);

function addSome(names: Set<string>, name: string): void {
  if (names.size < namesMax) names.add(name);
}
