/** What is imported is looked at where it is used: each of many instances of it would have a list as long as its type. */
import { expect, test } from "bun:test";
import type { ExternType } from "../types/component-types.ts";
import { func } from "../wave/testing/types.ts";
import { importOf } from "./plan-scope.ts";

class Unread<K, V> extends Map<K, V> {
  override [Symbol.iterator](): MapIterator<[K, V]> {
    throw new Error("all of it was looked at");
  }
}

test("an import of many items is planned without them, and gives each by its name", () => {
  const inner: ExternType = { kind: "instance", exports: new Unread([["f", func({})]]), resources: [] };
  const planned = importOf("a:b/c", { kind: "instance", exports: new Unread([["inner", inner]]), resources: [] });
  const exports = planned.kind === "instance" ? planned.exports : expect.unreachable("it is another kind");
  const found = exports.get("inner");
  expect(found?.kind === "instance" ? found.exports.get("f") : undefined).toEqual({
    kind: "func",
    origin: { kind: "import", path: "a:b/c#inner.f" },
  });
  expect(exports.get("other")).toBeUndefined();
});
