/**
 * What a trap of core code is called: as the reference tests of WebAssembly call it, whatever engine it ran in. Where no
 * engine tells two kinds apart, both are named. JavaScriptCore adds which text of ours it was evaluating.
 */
const phrases: Readonly<Record<string, readonly string[]>> = {
  unreachable: ["unreachable", "unreachable code should not be executed", "unreachable executed"],
  "integer divide by zero": ["division by zero", "divide by zero", "remainder by zero"],
  "integer overflow": ["integer overflow", "divide result unrepresentable"],
  "integer overflow or invalid conversion to integer": [
    "out of bounds trunc operation",
    "float unrepresentable in integer range",
  ],
  "out of bounds memory access": ["out of bounds memory access", "memory access out of bounds"],
  "undefined element: out of bounds table access": [
    "out of bounds table access",
    "out of bounds call_indirect",
    "table index is out of bounds",
    "element is trying to set an out of bounds table index",
    "element segment out of bounds",
  ],
  "uninitialized element or indirect call type mismatch": [
    "call_indirect to a null table entry",
    "call_indirect to a signature that does not match",
    "null function or function signature mismatch",
  ],
  "null reference": [
    "call_ref to a null reference",
    "ref.as_non_null to a null reference",
    "access to a null reference",
    "i31.get_<sx> to a null reference",
    "throw_ref on a null reference",
    "dereferencing a null pointer",
    "rethrowing null value",
  ],
  "cast failure": ["ref.cast failed to cast reference to target heap type", "illegal cast"],
  "out of bounds array access": [
    "out of bounds array.get",
    "out of bounds array.set",
    "out of bounds array.fill",
    "out of bounds array.copy",
    "array element access out of bounds",
  ],
  "allocation size too large": ["failed to allocate new array", "requested new array is too large"],
  "unaligned atomic": ["unaligned memory access", "operation does not support unaligned accesses"],
};

const phraseOf = new Map(Object.entries(phrases).flatMap(([phrase, texts]) => texts.map((text) => [text, phrase])));

/** Also while a module is instantiated, where V8 says first by whom. */
const origin = /^webassembly\.\w+\(\): /;
const remark = / \((?:evaluating|near) '/;
const dataSegment = /^(?:invalid data segment initialization: |data segment \d+ is out of bounds )/;

/** @param text of an engine's error; what no engine says is left as it is */
export function trapWords(text: string): string {
  const end = text.search(remark);
  const words = end < 0 ? text : text.slice(0, end);
  const known = words.toLowerCase().replace(origin, "");
  return dataSegment.test(known) ? "out of bounds memory access" : (phraseOf.get(known) ?? words);
}
