/** A directory that is shown and may not be touched: what each function answers, and what is told of it. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { type Call, probeOf } from "../../tests/components/wasi/filesystem-probe.ts";
import { thrownBy } from "../errors/testing/failure-of.ts";
import { WasiDeniedDir } from "./denied-dir.ts";
import { WasiDir } from "./dir.ts";
import { filesystemWit } from "./filesystem-wit.ts";

type Told = readonly [capability: "read" | "write", path: string];

async function shown(guestPath = ".") {
  const told: Told[] = [];
  const system = new WasiDeniedDir(guestPath, {
    onAsked: ({ capability, path }) => void told.push([capability, path]),
  });
  return { told, system, probe: await probeOf({ systems: [system] }) };
}

const noMatter: readonly Told[] = [];
const readDot: readonly Told[] = [["read", "."]];

/** A call of each method, its answer, and what is told. */
const methods: readonly (readonly [call: Call, answer: unknown, told: readonly Told[]])[] = [
  // Of the directory itself.
  [["read-directory", 1], { err: "access" }, readDot],
  [["stat", 1], { err: "access" }, readDot],
  [["metadata-hash", 1], { err: "access" }, readDot],
  [["sync", 1], { err: "access" }, readDot],
  [["sync-data", 1], { err: "access" }, readDot],
  [["set-times", 1, "now", "now"], { err: "access" }, [["write", "."]]],
  // What it is.
  [["get-type", 1], { ok: "directory" }, noMatter],
  [["get-flags", 1], { ok: ["read"] }, noMatter],
  [["is-same-object", 1, 1], true, noMatter],
  // What no directory does.
  [["read-via-stream", 1, 0], { err: "is-directory" }, noMatter],
  [["write-via-stream", 1, 0], { err: "bad-descriptor" }, noMatter],
  [["append-via-stream", 1], { err: "bad-descriptor" }, noMatter],
  [["advise", 1, 0, 1, "normal"], { err: "bad-descriptor" }, noMatter],
  [["set-size", 1, 0], { err: "bad-descriptor" }, noMatter],
  [["read", 1, 1, 0], { err: "bad-descriptor" }, noMatter],
  [["write", 1, "x", 0], { err: "bad-descriptor" }, noMatter],
  // By a path.
  [["stat-at", 1, [], "a/b"], { err: "access" }, [["read", "a/b"]]],
  [["metadata-hash-at", 1, [], "."], { err: "access" }, readDot],
  [["readlink-at", 1, "a"], { err: "access" }, [["read", "a"]]],
  [["open-at", 1, [], "a", [], ["read"]], { err: "access" }, [["read", "a"]]],
  [["open-at", 1, [], "a", [], ["read", "write"]], { err: "access" }, [["write", "a"]]],
  [["open-at", 1, [], "a", ["create"], ["write"]], { err: "access" }, [["write", "a"]]],
  [["open-at", 1, [], "a", ["truncate"], []], { err: "access" }, [["write", "a"]]],
  [["set-times-at", 1, [], "a", "now", "now"], { err: "access" }, [["write", "a"]]],
  [["create-directory-at", 1, "a"], { err: "access" }, [["write", "a"]]],
  [["remove-directory-at", 1, "a"], { err: "access" }, [["write", "a"]]],
  [["unlink-file-at", 1, "a"], { err: "access" }, [["write", "a"]]],
  [["symlink-at", 1, "to", "a"], { err: "access" }, [["write", "a"]]],
  [["link-at", 1, [], "a", 1, "b"], { err: "access" }, [["write", "a"]]],
  [["rename-at", 1, "a", 1, "b"], { err: "access" }, [["write", "a"]]],
  // Flags that no directory opens with.
  [["open-at", 1, [], "a", ["directory", "create"], []], { err: "invalid" }, noMatter],
  [["open-at", 1, [], "a", [], ["file-integrity-sync"]], { err: "unsupported" }, noMatter],
  // Paths that name nothing in any directory, and one that leads out of each.
  [["stat-at", 1, [], ""], { err: "no-entry" }, noMatter],
  [["unlink-file-at", 1, "a\0"], { err: "invalid" }, noMatter],
  [["stat-at", 1, [], "a".repeat(4096)], { err: "name-too-long" }, noMatter],
  [["stat-at", 1, [], "/etc"], { err: "access" }, [["read", "/etc"]]],
];

test.each(methods)("%j answers %j, and is told as %j", async (call, answer, told) => {
  const { probe, told: heard } = await shown();
  expect(probe.call(...call)).toEqual(answer);
  expect(heard).toEqual([...told]);
});

test("the table has every method of a descriptor", () => {
  const descriptor = /resource descriptor \{(.*?)\n {4}\}/s.exec(filesystemWit)?.[1] ?? "";
  const stated = [...descriptor.matchAll(/^ {6}([a-z-]+): func/gm)].map(([, name = ""]) => name);
  expect(stated).toContain("rename-at");
  expect([...new Set(methods.map(([[name]]) => name))].toSorted()).toEqual(stated.toSorted());
});

test("what comes from a directory that was given, or goes there, is told too", async () => {
  const { told, system } = await shown();
  const given = new WasiDir(join(import.meta.dir, "filesystem"), { access: "write" });
  const { call } = await probeOf({ systems: [given, system] });
  told.length = 0;
  expect(call("rename-at", 1, "walk.ts", 2, "walk.ts")).toEqual({ err: "access" });
  expect(call("link-at", 1, [], "walk.ts", 2, "walk.ts")).toEqual({ err: "access" });
  expect(call("rename-at", 2, "a", 1, "b")).toEqual({ err: "access" });
  expect(told).toEqual([
    ["write", "walk.ts"],
    ["write", "walk.ts"],
    ["write", "a"],
  ]);
  for (const [one, other] of [
    [1, 2],
    [2, 1],
  ] as const) {
    expect(call("is-same-object", one, other)).toBe(false);
  }
});

test("two that are shown are two", async () => {
  const { call } = await probeOf({ systems: [new WasiDeniedDir("."), new WasiDeniedDir("/")] });
  expect(call("is-same-object", 1, 2)).toBe(false);
  expect(call("stat-at", 2, [], "etc")).toEqual({ err: "access" });
});

test("what its host fails with is a trap, whatever it is, and so is a promise", async () => {
  const cause = Object.assign(new Error("ENOENT: no log here"), { code: "ENOENT", errno: -2 });
  const onAsked = (): never => {
    throw cause;
  };
  const { call } = await probeOf({ systems: [new WasiDeniedDir("/", { onAsked })] });
  const message = "'onAsked' of WasiDeniedDir failed: ENOENT: no log here";
  expect(thrownBy(() => call("stat-at", 1, [], "x"))).toMatchObject({ code: "trap", message, cause });
  const late = await probeOf({ systems: [new WasiDeniedDir("/", { onAsked: async () => Promise.reject(cause) })] });
  expect(thrownBy(() => late.call("stat", 1))).toMatchObject({ code: "trap", cause: { code: "invalid-argument" } });
});
