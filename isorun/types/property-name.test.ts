import { expect, test } from "bun:test";
import { propertyNames } from "./property-name.ts";

test.each([
  ["a", "a"],
  ["content-type", "contentType"],
  ["HTTP-status", "httpStatus"],
  ["last-HTTP-status", "lastHttpStatus"],
  ["a1-b2-3c", "a1B23c"],
])("'%s' is '%s'", (label, name) => {
  expect(propertyNames([label])).toEqual([name]);
});

test.each([
  [
    ["a1", "a-1"],
    ["a1", "a_1"],
  ],
  [
    ["a-1-2", "a12", "a1-2", "a-12", "a-b"],
    ["a_1_2", "a12", "a1_2", "a_12", "aB"],
  ],
  [
    ["b-1", "a-2", "b1"],
    ["b_1", "a2", "b1"],
  ],
  [
    ["X-1-y", "x1-Y"],
    ["x_1Y", "x1Y"],
  ],
])("%j are %j", (labels, names) => {
  expect(propertyNames(labels)).toEqual(names);
});

test("labels that differ have names that differ", () => {
  const words = ["a", "1", "b2", "3c"];
  const labels = [
    "a",
    ...words.flatMap((one) =>
      words.flatMap((two) => [
        `a${one}`,
        `a-${one}`,
        `a${one}-${two}`,
        `a-${one}-${two}`,
        `a-${one}${two}`,
        `a${one}${two}`,
      ]),
    ),
  ];
  const different = [...new Set(labels)];
  expect(new Set(propertyNames(different)).size).toBe(different.length);
});
