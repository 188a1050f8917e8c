/**
 * Binaries as trees: what is counted, what has a size, what is an index. A mutation changes the tree, and counts and
 * sizes follow, so that what it breaks is one thing and not the whole file.
 */

/** How a number or a count is written wrongly, on purpose. */
interface Damage {
  /** Bytes more than the shortest form takes. */
  padding?: number;
  /** Added to what is written in front of items or bytes. */
  countError?: number;
}

export type Tree =
  | ({ readonly kind: "number"; value: number; readonly isSigned?: boolean } & Damage)
  | { readonly kind: "byte"; value: number }
  | ({ readonly kind: "name"; text: string } & Damage)
  | { readonly kind: "bytes"; bytes: Uint8Array }
  /** A count, then the items. */
  | ({ readonly kind: "list"; items: Tree[] } & Damage)
  /** Nothing but the items. */
  | { readonly kind: "row"; items: Tree[] }
  /** A size in bytes, then the content. */
  | ({ readonly kind: "sized"; content: Tree } & Damage);

export const number = (value: number): Tree => ({ kind: "number", value });
/** An index where a code could stand too, which is negative (`s33`). */
export const typeIndex = (value: number): Tree => ({ kind: "number", value, isSigned: true });
export const byte = (value: number): Tree => ({ kind: "byte", value });
export const name = (text: string): Tree => ({ kind: "name", text });
export const bytes = (...values: readonly number[]): Tree => ({ kind: "bytes", bytes: Uint8Array.from(values) });
export const list = (items: readonly Tree[]): Tree => ({ kind: "list", items: [...items] });
export const row = (...items: Tree[]): Tree => ({ kind: "row", items });
export const sized = (content: Tree): Tree => ({ kind: "sized", content });

const utf8 = new TextEncoder();

/** The bytes of a tree. */
export function encodeTree(tree: Tree): Uint8Array {
  const out: number[] = [];
  append(out, tree);
  return Uint8Array.from(out);
}

function append(out: number[], tree: Tree): void {
  if (tree.kind === "number") appendNumber(out, tree.value, tree);
  else if (tree.kind === "byte") out.push(tree.value & 0xff);
  else if (tree.kind === "bytes") for (const value of tree.bytes) out.push(value);
  else if (tree.kind === "row") for (const item of tree.items) append(out, item);
  else if (tree.kind === "name") {
    const text = utf8.encode(tree.text);
    appendNumber(out, text.length, tree);
    out.push(...text);
  } else if (tree.kind === "list") {
    appendNumber(out, tree.items.length, tree);
    for (const item of tree.items) append(out, item);
  } else {
    const content: number[] = [];
    append(content, tree.content);
    appendNumber(out, content.length, tree);
    for (const value of content) out.push(value);
  }
}

/** A LEB128 of what is not negative. */
function appendNumber(
  out: number[],
  exact: number,
  { padding = 0, countError = 0, isSigned = false }: Damage & { readonly isSigned?: boolean },
): void {
  let rest = Math.max(0, exact + countError);
  while (rest >= (isSigned ? 0x40 : 0x80)) {
    out.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(padding > 0 ? rest | 0x80 : rest);
  for (let count = padding; count > 0; count -= 1) out.push(count > 1 ? 0x80 : 0);
}

/** Another tree with the same content: the first one stays as it is when this one is changed. */
export function copyTree(tree: Tree): Tree {
  if (tree.kind === "list" || tree.kind === "row") return { ...tree, items: tree.items.map(copyTree) };
  if (tree.kind === "sized") return { ...tree, content: copyTree(tree.content) };
  return { ...tree };
}

/** The tree and all below it. */
export function nodesOf(tree: Tree, found: Tree[] = []): Tree[] {
  found.push(tree);
  if (tree.kind === "list" || tree.kind === "row") for (const item of tree.items) nodesOf(item, found);
  if (tree.kind === "sized") nodesOf(tree.content, found);
  return found;
}
