/** Redaction masks what plain regular expressions would, which say it best, but in time in proportion to the text. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isSecretParameter, mask, openRedactor, redact, redactAddress, redactMessage } from "./redact.ts";
import { testSeed } from "./testing/seed.ts";

const inAuthority = "[^/\\s\"'`<>]";
const endOfLogin = "[/\\s\"'`<>]";
/** What begins with a user and a colon, behind which stands something that `port` is not. Not behind `\` alone. */
const notPort = (port: string) => `(?<=/)(?!\\[)[^/\\s"'\`<>@:]*:(?!${port})`;
const quotedPassword = `${notPort(`\\d{0,5}(?:[/\\s]|$)|\\d{1,5}["'\`<>]`)}[^/\\s"'\`<>@]*["'\`<>][^/\\s]*`;
const quotedToken = `(?<=/)(?!\\[)[^/\\s"'\`<>@:]+["'\`](?=\\w)[^/\\s]*`;
const oddPassword = (body: string) =>
  `${notPort(`\\d{0,5}(?:${endOfLogin}|$)`)}[^/\\s"'\`<>@]*(?!(?<=:)//)${body}(?:@${inAuthority}*)?`;
const webScheme = "(?<![a-z0-9])https?:[/\\\\]*(?![/\\\\])";
const otherScheme = "(?<!(?<![a-z0-9])https?)(?<=[a-z][a-z0-9+.-]*)://";
const loginScheme = "(?<=(?<![a-z0-9])(?:https?:[/\\\\]*|(?:ftp|ssh|git|svn|hg)://))";
const body = (letter: string) => `(?:(?!://|https?:[/\\\\])${letter})*`;
const inProse = `(?:/${body("[^\\s\"'`<>@]")}|[^\\S\\r\\n]+${body("[^\\s\"'`<>@]")})`;
const inMessage = `(?:/|[^\\S\\r\\n])${body("[^\"'`<>@\\r\\n]")}`;

function redactByPatterns(text: string, odd = inProse): string {
  const login = `${inAuthority}+|${quotedToken}|${quotedPassword}|${loginScheme}${oddPassword(odd)}`;
  return text
    .replace(new RegExp(`(${webScheme}|${otherScheme})(?:${login})@`, "gi"), `$1${mask}@`)
    .replace(/([?&])([^=&#\s]+)=([^&#\s"'`<>]+)/g, (whole, lead: string, name: string) =>
      isSecretParameter(name.replace(/^amp;/, "")) ? `${lead}${name}=${mask}` : whole,
    )
    .replace(/\b((?:proxy-)?authorization\s*[:=]\s*)(?:(?:basic|bearer|token|digest)\s+)?[^\s,;"'`]+/gi, `$1${mask}`)
    .replace(/\b([A-Z0-9_]*(?:_TOKEN|_KEY|_SECRET|PASSWORD[A-Z0-9_]*))=(?:"[^"]*"|'[^']*'|[^\s&"'`])+/gi, `$1=${mask}`);
}

const pieces = [
  ...Array.from("aZ9_-+.:/\\@?&=#;,\"'`<> \n\u00e9\u017f\u212a"),
  "://",
  "https://",
  "http:/",
  "http:",
  "git+ssh://",
  "us:p'w@h",
  "us:A B@h",
  "p'w@h",
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
  const masksAlike = (text: string) => {
    expect(redact(text)).toBe(redactByPatterns(text));
    expect(redactMessage(text)).toBe(redactByPatterns(text, inMessage));
  };
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
    "schemes without slashes": fill("http:"),
    "schemes with backslashes": fill("http:\\"),
    "schemes with backslashes and passwords": fill("http:\\b:c "),
    "schemes and quotes": fill("http:\\b:c'"),
    "mixed slashes": fill("http:/\\b:c'"),
    "tokens with quotes": fill("http://b'c"),
    "tokens behind backslashes": fill("http:\\b'c"),
    slashes: `http:${fill("/\\")}`,
    "a password of quotes": `http://a:b${fill("'")}`,
    "passwords with quotes": fill("http://a:b'"),
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
    test(name, () => {
      const redactor = openRedactor({ A_TOKEN: "hunter2" });
      for (const masking of [redactor.text, redactor.message, redactAddress]) {
        expect(masking(text).length).toBeGreaterThan(0);
      }
    });
  }
});
