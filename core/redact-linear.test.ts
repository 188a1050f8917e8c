/** Redaction masks what plain regular expressions would, which say it best, but in time in proportion to the text. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isSecretParameter, mask, openRedactor, redact, redactAddress, redactMessage } from "./redact.ts";
import { testSeed } from "./testing/seed.ts";

const inAuthority = "[^/\\s\"'`<>]";
const endOfLogin = "[/\\s\"'`<>]";
/** Behind a port prose may go on. */
const prose = "[).,:;!\\]}]*";
/** What ends a host for sure: a query behind a port, or one that has a parameter. */
const query =
  "(?:\\[[^\\]@/\\s\"'`<>?#]*\\]|(?!\\[[^\\]@/\\s\"'`<>?#]*\\])[^/\\s\"'`<>@:?#%]+)(?::\\d{1,5}[?#]|[?#][\\w.%-]+=)";
/** What begins with a user and a colon, behind which stands something that `port` is not. Not behind `\` alone. */
const notPort = (port: string) => `(?<=/)(?!\\[)[^/\\s"'\`<>@:]*:(?!${port})`;
const quotedPassword = `${notPort(`\\d{0,5}(?:/|${prose}(?:\\s|$))|\\d{1,5}${prose}["'\`<>]`)}[^/\\s"'\`<>@]*["'\`<>][^/\\s]*`;
const quotedToken = `(?<=/)(?!\\[)[^/\\s"'\`<>@:]+["'\`](?=\\w)[^/\\s]*`;
const beginsOdd = `${notPort(`\\d{0,5}(?:/|${prose}(?:\\s|$))`)}[^/\\s"'\`<>@]*(?!(?<=:)//)`;
const webScheme = "(?<![a-z0-9])https?:[/\\\\]*(?![/\\\\])";
const otherScheme = "(?<!(?<![a-z0-9])https?)(?<=[a-z][a-z0-9+.-]*)://";
const loginScheme = "(?<=(?<![a-z0-9])(?:https?:[/\\\\]*|(?:ftp|ssh|git|svn|hg)://))";
const body = (letter: string) => `(?:(?!://|https?:[/\\\\])${letter})*`;
const inProse = `(?:/${body("[^\\s\"'`<>@]")}|[^\\S\\r\\n]+${body("[^\\s\"'`<>@]")})(?=@)${inAuthority}*(?=@)`;
const lineBody = `(?:/|[^\\S\\r\\n])${body("(?!%40)[^\"'`<>@\\r\\n]")}`;
const inMessage = `(?:${lineBody}(?=@|%40)${inAuthority}*(?=@)|${lineBody}(?=%40)${inAuthority}*(?=%40))`;
/** Up to the last `@`, or else to the last escaped one. */
const upTo = (pattern: string) => `${pattern}(?=@)|${pattern}(?=%40)`;
const bareLogin = new RegExp(
  `((?:/|(?<!\\b[a-z]):)/+)(?!${query})(?!(?<=\\w//)\\w+::)[^/\\s"'\`<>]*:[^/\\s"'\`<>]*(?=@)`,
  "gi",
);

const endOfAuthority = `(?:${endOfLogin}|$)`;
const ipv6 = `[0-9a-f.:]*::[0-9a-f.:]*${endOfAuthority}`;
const passwordWithoutHost = new RegExp(
  `(${webScheme}(?<=/))(?!${query})(?!${inAuthority}+(?:@|%40))(?!\\[|[a-z]:\\\\|${ipv6})([^:/\\s"'\`<>]*:)` +
    `(?!(?:\\d{0,5}|port|\\$\\{\\w+\\})${prose}(?:[?#]|${endOfAuthority}))(?!${inAuthority}*(?:(?<=:)//|(?<=(?<![a-z0-9])https?:)/))${inAuthority}*`,
  "gi",
);

const parameter = /([?&]|(?<=\S)[#;])([^=?&#;\s]+)=([^?&#;\s"'`<>]*)([^&#\s"'`<>]*)/g;

/** A value may hold parameters of its own. */
const maskParameters = (text: string): string =>
  text.replace(parameter, (whole, lead: string, name: string, value: string, rest: string) => {
    if (!isSecretParameter(name)) return `${lead}${name}=${value}${maskParameters(`x${rest}`).slice(1)}`;
    return value + rest === "" ? whole : `${lead}${name}=${mask}`;
  });

function redactByPatterns(text: string, reach: "word" | "line" = "word"): string {
  const odd = `${loginScheme}${beginsOdd}${reach === "word" ? inProse : inMessage}`;
  const login = `${upTo(`${inAuthority}+`)}|${upTo(quotedToken)}|${upTo(quotedPassword)}|${odd}`;
  const masked = text.replace(new RegExp(`(${webScheme}|${otherScheme})(?!${query})(?:${login})`, "gi"), `$1${mask}`);
  const whole = reach === "word" ? masked : masked.replace(passwordWithoutHost, `$1$2${mask}`);
  return maskParameters(whole.replace(bareLogin, `$1${mask}`))
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
  "%40",
  "us:pw",
  "h:80",
  "?a=b",
  "port",
  "a::b",
  "[::1]",
  "us:pw%40h",
  "//us:pw@h",
  "${A}",
  "amp;",
  "?token=a",
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
    expect(redactMessage(text)).toBe(redactByPatterns(text, "line"));
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
    "double slashes": fill("//a:b"),
    "double slashes without end": `//${fill("a:")}`,
    "escaped at signs": fill("http://a:b%40"),
    "a password of escaped at signs": `http://a:b ${fill("%40")}`,
    "passwords without hosts": fill("http://a:b/"),
    "addresses of zeros": fill("http://::0:"),
    "words of parameters": `?${fill("aB[")}=c`,
    "parameters in a value": `?a=${fill(";a=")}`,
    "queries without paths": fill("http:h?a="),
    "queries without an end": fill("http://h?aaaa"),
    "hosts without queries": fill("http:["),
    "indexes of a parameter": `?${fill("[0]")}=c`,
    digests: fill("//a:b@sha256:0f"),
    "names with parts": fill("a//b::c@"),
    "ports in prose": fill("http://h:80.: "),
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
