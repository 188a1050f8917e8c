import { expect, test } from "bun:test";
import { propertyName } from "./property-name.ts";

test.each([
  ["a", "a"],
  ["content-type", "contentType"],
  ["HTTP-status", "httpStatus"],
  ["last-HTTP-status", "lastHttpStatus"],
  ["a1-b2-3c", "a1B23c"],
])("'%s' is '%s'", (label, name) => {
  expect(propertyName(label)).toBe(name);
});
