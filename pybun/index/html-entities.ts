/** Character references of HTML, as far as attribute values of simple indexes use them. */

const named: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  plus: "+",
  period: ".",
  comma: ",",
  equals: "=",
  excl: "!",
  num: "#",
  sol: "/",
  colon: ":",
  commat: "@",
  lowbar: "_",
  Tab: "\t",
  NewLine: "\n",
};

/** Replaces numeric and the usual named references; an unknown one stays as it is. */
export function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(\w+));/g, (whole, decimal, hexadecimal, name) => {
    if (typeof name === "string") return named[name] ?? whole;
    const code = typeof decimal === "string" ? Number(decimal) : Number.parseInt(String(hexadecimal), 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  });
}
