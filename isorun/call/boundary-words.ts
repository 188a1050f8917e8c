/** Words of traps at a boundary, which the reference tests look for. */

/** What the other side of the boundary is decides the words of a trap. */
export interface BoundaryWords {
  readonly string: string;
  readonly list: string;
  readonly unaligned: string;
  readonly reallocEnd: string;
  readonly reallocAlign: string;
}

export const hostWords: BoundaryWords = {
  string: "string pointer/length out of bounds of memory",
  list: "list pointer/length out of bounds of memory",
  unaligned: "pointer not aligned: unaligned pointer",
  reallocEnd: "realloc return: beyond end of memory",
  reallocAlign: "realloc return: result not aligned",
};

export const componentWords: BoundaryWords = {
  string: "wasm trap: string content out-of-bounds",
  list: "wasm trap: list content out-of-bounds",
  unaligned: "wasm trap: unaligned pointer",
  reallocEnd: "wasm trap: list content out-of-bounds",
  reallocAlign: "wasm trap: unaligned pointer",
};
