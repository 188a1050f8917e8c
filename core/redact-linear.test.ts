/** Redaction masks what plain regular expressions would, which say it best, but in time in proportion to the text. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isSecretParameter, mask, openRedactor, redact } from "./redact.ts";
import { testSeed } from "./testing/seed.ts";

const inAuthority = "[^/\\s\"'`<>]";
const userInformation = `${inAuthority}+`;
/** What stands behind the colon is no port, and no `@` stands in front of the slash or space. */
const oddPassword =
  "(?!\\[)[^/\\s\"'`<>@:]*:(?!\\d{0,5}(?:[/\\s\"'`<>]|$))[^/\\s\"'`<>@]*(?!(?<=:)//)(?:/|[^\\S\\r\\n])" +
  `(?:(?!://|https?:/)[^"'\`<>@\r\n])*(?:@${inAuthority}*)?`;

function redactByPatterns(text: string): string {
  return text
    .replace(
      new RegExp(`([a-z][a-z0-9+.-]*://|(?<![a-z0-9+.-])https?:/)(?:${userInformation}|${oddPassword})@`, "gi"),
      `$1${mask}@`,
    )
    .replace(/([?&])([^=&#\s]+)=([^&#\s"'`<>]+)/g, (whole, lead: string, name: string) =>
      isSecretParameter(name.replace(/^amp;/, "")) ? `${lead}${name}=${mask}` : whole,
    )
    .replace(/\b((?:proxy-)?authorization\s*[:=]\s*)(?:(?:basic|bearer|token|digest)\s+)?[^\s,;"'`]+/gi, `$1${mask}`)
    .replace(/\b([A-Z0-9_]*(?:_TOKEN|_KEY|_SECRET|PASSWORD[A-Z0-9_]*))=(?:"[^"]*"|'[^']*'|[^\s&"'`])+/gi, `$1=${mask}`);
}

const pieces = [
  ...Array.from("aZ9_-+.:/@?&=#;,\"'`<> \n\u00e9\u017f\u212a"),
  "://",
  "https://",
  "http:/",
  "amp;",
  "sig",
  "_token",
  "A_KEY",
  "_SECRET",
  "password",
  "PASSWORD",
  "authorization",
  "proxy-authorization",
  "basic ",
  "key",
  "token",
  "user:pw@",
  "****",
];

const textOf = (length: number) =>
  fc.array(fc.constantFrom(...pieces), { maxLength: length }).map((parts) => parts.join(""));

test("masks exactly what the patterns mask", () => {
  const masksAlike = (text: string) => expect(redact(text)).toBe(redactByPatterns(text));
  fc.assert(fc.property(textOf(12), masksAlike), { seed: testSeed, numRuns: 50_000 });
  fc.assert(fc.property(textOf(60), masksAlike), { seed: testSeed, numRuns: 10_000 });
}, 60_000);

describe("a megabyte of text takes no time to speak of", () => {
  const megabyte = 1_000_000;
  const fill = (piece: string) => piece.repeat(Math.ceil(megabyte / piece.length));
  const texts: Readonly<Record<string, string>> = {
    letters: `${fill("a")}=`,
    "letters behind a scheme": `https://${fill("a")}`,
    bases: `=${fill("ACGT")}`,
    "question marks": `=${fill("?")}`,
    "questions and names": `=${fill("?a")}`,
    "a name without end": `=?${fill("a")}?`,
    ampersands: `=${fill("&")}`,
    "empty parameters": fill("?a=&"),
    "schemes with passwords": fill("a://b:c "),
    "a password without end": `https://a:b ${fill("c ")}`,
    "a password of at signs": `https://a:b ${fill("@")}`,
    "collapsed schemes with passwords": fill("http:/b:c "),
    "collapsed schemes": fill("http:/"),
    schemes: fill("a://"),
    "scheme letters": `${fill("a.")}://`,
    digits: fill("9://"),
    "at signs": `https://${fill("@")}`,
    passwords: `=${fill("PASSWORD")}`,
    "keys without values": fill("A_KEY="),
    "keys and quotes": fill("A_KEY=\"'"),
    authorizations: `${fill("authorization ")}=`,
    "white space": `authorization${fill(" ")}=${fill(" ")},`,
    equals: fill("="),
  };
  for (const [name, text] of Object.entries(texts)) {
    test(name, () => expect(openRedactor({ A_TOKEN: "hunter2" }).text(text).length).toBeGreaterThan(0));
  }
});
