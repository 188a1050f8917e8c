/** Strings and chars as WAVE quotes them. */
import type { Cursor } from "./cursor.ts";

const escapePattern = /\\(?:["'\\tnr]|u\{[0-9a-fA-F]{1,6}\})/y;
const plainPattern = /[^\\"\n]+/y;
const plainLinePattern = /[^\\\n]+/y;
const triple = '"""';

const escapes: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r" };

/** A string on one line, or on several. The cursor stands at its quote. */
export function readString(cursor: Cursor): string {
  if (cursor.text.startsWith(triple, cursor.offset)) return readLines(cursor);
  cursor.offset += 1;
  const parts: string[] = [];
  for (;;) {
    const plain = cursor.match(plainPattern);
    if (plain !== undefined) parts.push(checkScalars(cursor, plain));
    const next = cursor.text.charAt(cursor.offset);
    if (next === "\\") {
      parts.push(readEscape(cursor));
    } else if (next === '"') {
      cursor.offset += 1;
      return parts.join("");
    } else {
      cursor.fail(`'"' that ends the string`);
    }
  }
}

/** The cursor stands at the quote. */
export function readChar(cursor: Cursor): string {
  cursor.offset += 1;
  const value = readCharacter(cursor);
  if (cursor.text.charAt(cursor.offset) !== "'") cursor.fail(`"'" behind the only character of a char`);
  cursor.offset += 1;
  return value;
}

function readCharacter(cursor: Cursor): string {
  const code = cursor.text.codePointAt(cursor.offset);
  if (code === 0x5c) return readEscape(cursor);
  if (code === undefined || code === 0x27 || code === 0x0a) return cursor.fail("a character");
  const value = String.fromCodePoint(code);
  if (!value.isWellFormed()) return cursor.fail("a Unicode scalar value");
  cursor.offset += value.length;
  return value;
}

function readEscape(cursor: Cursor): string {
  const start = cursor.offset;
  const escape = cursor.match(escapePattern);
  if (escape === undefined) return cursor.fail("an escape ('\\\\', '\\\"', '\\'', '\\n', '\\r', '\\t' or '\\u{…}')");
  if (!escape.startsWith("\\u")) return escapes[escape.slice(1)] ?? escape.slice(1);
  const code = Number.parseInt(escape.slice(3, -1), 16);
  if (code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)) return String.fromCodePoint(code);
  cursor.offset = start;
  return cursor.fail("an escape of a Unicode scalar value");
}

/** Text from outside may hold halves of surrogate pairs, which no component can be given. */
function checkScalars(cursor: Cursor, read: string): string {
  if (read.isWellFormed()) return read;
  cursor.offset += read.search(/\p{Cs}/u) - read.length;
  return cursor.fail("a Unicode scalar value");
}

/**
 * A string of lines. The spaces before its last quotes say how far all of it is indented; those are no part of it, and
 * neither are the first and the last line break.
 */
function readLines(cursor: Cursor): string {
  const { text } = cursor;
  cursor.offset += triple.length;
  const close = text.indexOf(triple, cursor.offset);
  if (cursor.match(/\r?\n/y) === undefined) cursor.fail(`a line break behind '${triple}'`);
  if (close < 0) {
    cursor.offset = text.length;
    return cursor.fail(`'${triple}' that ends the string`);
  }
  const lastLine = text.lastIndexOf("\n", close) + 1;
  const indent = text.slice(lastLine, close);
  const stray = indent.search(/[^ ]/u);
  if (stray >= 0) {
    cursor.offset = lastLine + stray;
    cursor.fail(`only spaces before '${triple}' that ends the string`);
  }
  const lines: string[] = [];
  while (cursor.offset < lastLine) lines.push(readLine(cursor, indent));
  cursor.offset = close + triple.length;
  return lines.join("\n");
}

/** One line with its line break. */
function readLine(cursor: Cursor, indent: string): string {
  const { text } = cursor;
  const lineBreak = text.indexOf("\n", cursor.offset);
  const end = lineBreak > cursor.offset && text.charAt(lineBreak - 1) === "\r" ? lineBreak - 1 : lineBreak;
  if (!text.startsWith(indent, cursor.offset)) {
    cursor.fail(`${indent.length} spaces, as before '${triple}' that ends the string`);
  }
  cursor.offset += indent.length;
  const parts: string[] = [];
  while (cursor.offset < end) {
    const plain = cursor.match(plainLinePattern);
    if (plain === undefined) parts.push(readEscape(cursor));
    // The pattern may have gone past the end, by the first half of the line break.
    else parts.push(checkScalars(cursor, plain).slice(0, end - cursor.offset + plain.length));
  }
  cursor.offset = lineBreak + 1;
  return parts.join("");
}
