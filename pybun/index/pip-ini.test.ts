/** Each row was put before pip 25: what it reads we read alike, and what it refuses we refuse. */
import { describe, expect, test } from "bun:test";
import { IniFault, parseIni } from "./pip-ini.ts";

const read: [what: string, text: string, expected: Record<string, Record<string, string>>][] = [
  [
    "another spelling of a name, of which the last counts",
    "[global]\nno-index = true\nno_index = false\n",
    { global: { "no-index": "false" } },
  ],
  ["a comment behind a header", "[global] # x\nno-index = true\n", { global: { "no-index": "true" } }],
  ["anything behind a header", "[global]x\nno-index = true\n", { global: { "no-index": "true" } }],
  ["a bracket in a name", "[glo]bal]\nno-index = true\n", { "glo]bal": { "no-index": "true" } }],
  ["an indented header", "   [global]\n   no-index = true\n", { global: { "no-index": "true" } }],
  [
    "indented lines",
    "[global]\n   no-index = true\n   timeout = 7\n",
    { global: { "no-index": "true", timeout: "7" } },
  ],
  [
    "lines that go on",
    "[global]\nfind-links = a\n\n    b\n  # c\n    d\nno-index = true\n",
    { global: { "find-links": "a\n\nb\nd", "no-index": "true" } },
  ],
  [
    "a header that goes on",
    "[global]\nfind-links = a\n  [install]\nno-index = true\n",
    { global: { "find-links": "a\n[install]", "no-index": "true" } },
  ],
  ["a deeper line", "[global]\n  no-index = true\n    timeout = 7\n", { global: { "no-index": "true\ntimeout = 7" } }],
  [
    "what all sections share",
    "[DEFAULT]\nno-index = true\n[global]\ntimeout = 5\n",
    { global: { "no-index": "true", timeout: "5" } },
  ],
  ["nothing but what all share", "[DEFAULT]\nno-index = true\n", {}],
  ["a colon", "[global]\nno-index: true\n", { global: { "no-index": "true" } }],
  ["a return as end of line", "[global]\rno-index = true\r", { global: { "no-index": "true" } }],
  ["dashes", "[global]\n--no-index = true\n", { global: { "no-index": "true" } }],
  ["a percent sign", "[global]\nindex-url = http://h/%20x\n", { global: { "index-url": "http://h/%20x" } }],
  ["no comment behind a value", "[global]\nno-index = true ; x\n", { global: { "no-index": "true ; x" } }],
  ["a line without a value", "[global]\nno-index =\n", { global: { "no-index": "" } }],
  ["capital letters", "[GLOBAL]\nNo-Index = True\n", { GLOBAL: { "no-index": "True" } }],
  [
    "a line separator within a value",
    "[global]\nno-index = true\u2028timeout = 5\n",
    { global: { "no-index": "true\u2028timeout = 5" } },
  ],
  ["nothing", "", {}],
  ["comments", "# x\n; y\n", {}],
];

const refused: [what: string, text: string, reason: string][] = [
  [
    "a header without its bracket",
    "[global\nno-index = true\n",
    "line 1 stands before any section, such as '[global]'",
  ],
  ["a later one", "[global]\nno-index = true\n[install\n", "line 3 is neither a section nor 'name = value'"],
  ["no header", "no-index = true\n", "line 1 stands before any section, such as '[global]'"],
  ["a header without a name", "[]\nno-index = true\n", "line 1 stands before any section, such as '[global]'"],
  ["a name alone", "[global]\nno-index\n", "line 2 is neither a section nor 'name = value'"],
  ["a value alone", "[global]\n= true\n", "line 2 is neither a section nor 'name = value'"],
  [
    "a section twice",
    "[global]\nno-index = true\n[global]\ntimeout = 5\n",
    "line 3 begins a section that was there before",
  ],
  ["another section twice", "[foo]\nx=1\n[foo]\ny=1\n[global]\n", "line 3 begins a section that was there before"],
  [
    "a name twice",
    "[global]\nno-index = true\nNo-Index = false\n",
    "line 3 sets a name that its section has set before",
  ],
];

describe("pip's files", () => {
  test.each(read)("are read with %s", (_, text, expected) => {
    const sections = Object.entries(expected).map(
      ([name, options]) => [name, new Map(Object.entries(options))] as const,
    );
    expect(parseIni(text)).toEqual(new Map(sections));
  });

  test.each(refused)("are refused with %s", (_, text, reason) => {
    expect(() => parseIni(text)).toThrow(new IniFault(reason));
  });
});
