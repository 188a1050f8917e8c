/** What a WasiDir tells its host, and what becomes of it where the host fails. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { probeOf } from "../../tests/components/wasi/filesystem-probe.ts";
import { ComponentError } from "../errors/errors.ts";
import { thrownBy } from "../errors/testing/failure-of.ts";
import { WasiDeniedDir } from "./denied-dir.ts";
import { type DirOptions, WasiDir } from "./dir.ts";
import type { LinkAcross } from "./filesystem/descriptor.ts";

let inside = "";

beforeEach(() => {
  inside = mkdtempSync(join(tmpdir(), "wasi-dir-"));
  mkdirSync(join(inside, "dir"));
  writeFileSync(join(inside, "file"), "hello");
});

afterEach(() => rmSync(inside, { recursive: true, force: true }));

const probeWith = (options: DirOptions) => probeOf({ systems: [new WasiDir(inside, options)] });

test("each change that is refused through what is open is told, by the path of what is open", async () => {
  const refused: string[] = [];
  const { ok, err } = await probeWith({ onWriteRefused: (path) => void refused.push(path) });
  const file = ok("open-at", 1, [], "file", [], ["read"]) as number;
  const dir = ok("open-at", 1, [], "dir", [], ["read"]) as number;
  expect(err("set-size", file, 0)).toBe("not-permitted");
  expect(err("write", file, "x", 0)).toBe("not-permitted");
  expect(err("set-times", file, "now", "now")).toBe("not-permitted");
  expect(err("write-via-stream", file, 0)).toBe("not-permitted");
  expect(err("append-via-stream", file)).toBe("not-permitted");
  expect(err("set-times", dir, "now", "now")).toBe("not-permitted");
  expect(refused).toEqual(["file", "file", "file", "file", "file", "dir"].map((name) => join(inside, name)));
  expect(readFileSync(join(inside, "file"), "utf8")).toBe("hello");
});

test("paths that lead to nothing anywhere are refused, and not told", async () => {
  const told: string[] = [];
  const note = (what: unknown): void => void told.push(String(what));
  const { err } = await probeWith({ onWriteRefused: note, onPathOut: note });
  for (const path of ["", "a\0", "a/".repeat(2048)]) expect(err("unlink-file-at", 1, path)).toBe("not-permitted");
  expect(err("stat-at", 1, [], "/".repeat(4096))).toBe("name-too-long");
  expect(err("stat-at", 1, [], "/a\0")).toBe("invalid");
  expect(told).toEqual([]);
});

test("a hard link to a file of another WasiDir is told with both ends, also where one may only be read", async () => {
  const told: unknown[] = [];
  const tell = {
    onWriteRefused: (path: string) => void told.push(path),
    onLinkAcross: (across: LinkAcross) => void told.push(across),
  };
  const dir = new WasiDir(join(inside, "dir"), { guestPath: "/dir", access: "write", ...tell });
  const across = {
    from: { hostPath: join(inside, "file"), givenAs: "/" },
    to: { hostPath: join(inside, "dir/linked"), givenAs: "/dir" },
  };
  const { err } = await probeOf({ systems: [new WasiDir(inside, { access: "write", ...tell }), dir] });
  expect(err("link-at", 1, [], "file", 2, "linked")).toBe("cross-device");
  expect(told).toEqual([across]);
  const { err: readOnly } = await probeOf({ systems: [new WasiDir(inside, tell), dir] });
  expect(readOnly("link-at", 1, [], "file", 2, "linked")).toBe("not-permitted");
  expect(readOnly("link-at", 2, [], "other", 1, "name")).toBe("not-permitted");
  const back = {
    from: { ...across.to, hostPath: join(inside, "dir/other") },
    to: { ...across.from, hostPath: join(inside, "name") },
  };
  expect(told).toEqual([across, across, back]);
  for (const path of ["", "a\0"]) readOnly("link-at", 1, [], path, 2, "linked");
  expect(told).toHaveLength(3);
  const unheard = new WasiDir(inside, { guestPath: "/in", access: "write" });
  const { err: untold } = await probeOf({ systems: [new WasiDir(inside, tell), unheard] });
  untold("link-at", 1, [], "file", 2, "linked");
  expect(told.pop()).toBe(join(inside, "file"));
  // Within one, and where one of both is only shown, the right to change is what is missing.
  readOnly("link-at", 1, [], "file", 1, "linked");
  const { err: shown } = await probeOf({ systems: [new WasiDir(inside, tell), new WasiDeniedDir(".")] });
  shown("link-at", 1, [], "file", 2, "linked");
  expect(told.slice(3)).toEqual([join(inside, "file"), join(inside, "file")]);
});

const noEntry = Object.assign(new Error("ENOENT: no log here"), { code: "ENOENT", errno: -2 });

test.each([noEntry, new ComponentError("no-entry")])(
  "what it fails with is a trap, whatever it is, case %#",
  async (cause) => {
    const fail = (): never => {
      throw cause;
    };
    const { call } = await probeWith({ onWriteRefused: fail });
    expect(thrownBy(() => call("unlink-file-at", 1, "file"))).toMatchObject({
      code: "trap",
      message: `'onWriteRefused' of WasiDir failed: ${cause.message}`,
      cause,
    });
    const { call: other } = await probeWith({ onPathOut: fail });
    expect(thrownBy(() => other("stat-at", 1, [], "../x"))).toMatchObject({
      code: "trap",
      message: `'onPathOut' of WasiDir failed: ${cause.message}`,
      cause,
    });
  },
);

test("what 'onKernelPath' fails with is a trap too", async () => {
  const cause = new Error("no log here");
  const onKernelPath = (): never => {
    throw cause;
  };
  const { call } = await probeOf({ systems: [new WasiDir("/", { onKernelPath })] });
  expect(thrownBy(() => call("open-at", 1, [], "proc/version", [], ["read"]))).toMatchObject({
    code: "trap",
    message: "'onKernelPath' of WasiDir failed: no log here",
    cause,
  });
});

test("a promise is refused: nothing waits for it, and it ends no process", async () => {
  const unhandled: unknown[] = [];
  const listen = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", listen);
  try {
    const { call } = await probeWith({ onWriteRefused: async () => Promise.reject(noEntry) });
    expect(thrownBy(() => call("unlink-file-at", 1, "file"))).toMatchObject({
      code: "trap",
      message: "'onWriteRefused' of WasiDir failed: 'onWriteRefused' answered with a promise, for which nothing waits",
      cause: { code: "invalid-argument" },
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  } finally {
    process.off("unhandledRejection", listen);
  }
});
