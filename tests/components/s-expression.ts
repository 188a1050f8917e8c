/** S-expressions of the text format (WebAssembly 3.0, 6.3 Lexical Format), with the place of each. */

export interface SAtom {
  readonly kind: "atom" | "string";
  /** Of a string what stands between the quotes, with its escapes resolved. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface SList {
  readonly kind: "list";
  readonly items: readonly SNode[];
  readonly start: number;
  readonly end: number;
}

export type SNode = SAtom | SList;

/** Space and comments · a bracket · a string · anything else up to one of these. */
const token = /(?:\s+|;;[^\n]*)|([()])|"((?:[^"\\]|\\[^])*)"|([^\s()";]+)/y;
const escape = /\\(?:u\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{2})|([^]))/g;
const named: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

/** @throws Error with the offset of what cannot be read */
export function parseSExpressions(text: string): readonly SNode[] {
  const open: { items: SNode[]; start: number }[] = [];
  const top: SNode[] = [];
  const push = (node: SNode) => (open.at(-1)?.items ?? top).push(node);
  for (let at = 0; at < text.length; ) {
    if (text.startsWith("(;", at)) {
      at = endOfComment(text, at);
      continue;
    }
    token.lastIndex = at;
    const found = token.exec(text);
    if (found === null) throw new Error(`cannot read the script at offset ${at}`);
    const [whole, bracket, string, atom] = found;
    const end = at + whole.length;
    if (bracket === "(") open.push({ items: [], start: at });
    else if (bracket === ")") push(closed(open.pop(), end));
    else if (string !== undefined) push({ kind: "string", text: resolveEscapes(string), start: at, end });
    else if (atom !== undefined) push({ kind: "atom", text: atom, start: at, end });
    at = end;
  }
  if (open.length > 0) throw new Error(`the bracket at offset ${open[0]?.start} is not closed`);
  return top;
}

function closed(list: { items: SNode[]; start: number } | undefined, end: number): SList {
  if (list === undefined) throw new Error(`the bracket before offset ${end} closes nothing`);
  return { kind: "list", ...list, end };
}

/** Block comments nest. */
function endOfComment(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const pair = text.slice(at, at + 2);
    if (pair !== "(;" && pair !== ";)") continue;
    depth += pair === "(;" ? 1 : -1;
    at += 1;
    if (depth === 0) return at + 1;
  }
  throw new Error(`the comment at offset ${start} is not closed`);
}

function resolveEscapes(text: string): string {
  return text.replace(escape, (_, code?: string, byte?: string, char = "") => {
    if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
    return byte === undefined ? (named[char] ?? char) : String.fromCharCode(Number.parseInt(byte, 16));
  });
}
