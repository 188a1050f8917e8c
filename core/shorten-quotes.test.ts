import { describe, expect, test } from "bun:test";
import { shortenQuotes } from "./shorten-quotes.ts";

const long = "x".repeat(401);
const begun = `${"x".repeat(200)}…`;

describe("what a message quotes", () => {
  test.each([
    [`cannot use UV_INDEX: '${long}' is no URL`, `cannot use UV_INDEX: '${begun}' is no URL`],
    [`run \`${long}\`, then ('${long}').`, `run \`${begun}\`, then ('${begun}').`],
    [`'${long}' and '${long}'`, `'${begun}' and '${begun}'`],
  ])("is cut where it is long: %#", (text, shortened) => {
    expect(shortenQuotes(text)).toBe(shortened);
  });

  test.each([
    `'${"x".repeat(400)}' has an end`,
    `'a/': ${"words ".repeat(100)}, 'b'`,
    `the index's ${"words ".repeat(100)} and its owner's`,
    `'a\n${long}\n'`,
    `${long} '' ${long}`,
  ])("stays where it is no quote, or short: %#", (text) => {
    expect(shortenQuotes(text)).toBe(text);
  });

  test.each(["'", " '", "'x", "`", " ` '", "' "])("a megabyte of %p takes no time to speak of", (piece) => {
    expect(shortenQuotes(piece.repeat(1_000_000 / piece.length)).length).toBeGreaterThan(0);
  });
});
