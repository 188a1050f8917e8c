import { expect, test } from "bun:test";
import { parseNameList } from "./name-list.ts";

const refuse = (text: string): Error => new Error(`no name: '${text}'`);

test.each([
  [
    ["Six", "idna"],
    ["six", "idna"],
  ],
  [
    ["six,Zope.Interface", " idna , six"],
    ["six", "zope-interface", "idna"],
  ],
  [["six", ":all:"], [":all:"]],
  [["six,:ALL:", "idna"], [":all:"]],
  [["six,:none:", "idna"], ["idna"]],
  [[":all:", ":None:"], []],
  [[], []],
])("%j is %j", (values, names) => {
  expect(parseNameList(values, refuse)).toEqual(names);
});

test.each(["", "six>=1", "six,", ":every:", "six idna", "-six"])("'%s' is refused", (text) => {
  expect(() => parseNameList(["idna", text], refuse)).toThrow(refuse(text));
});
