/** Offsets and sizes of 64 bits where a number, `node:fs` or the kernel ends. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { closeSync, existsSync, fstatSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Probe, probeOf } from "../../tests/components/wasi/filesystem-probe.ts";
import { WasiDir } from "./dir.ts";

/** Files of memory reach 2⁶³−1 bytes. Those of disks end before 2⁵². */
const memory = "/dev/shm";
const hasMemory = existsSync(memory);
let inside = "";
beforeEach(() => {
  inside = mkdtempSync(join(hasMemory ? memory : tmpdir(), "file-sizes-"));
});
afterEach(() => rmSync(inside, { recursive: true, force: true }));

const last = Number.MAX_SAFE_INTEGER;

async function opened(): Promise<Probe & { readonly file: number }> {
  const probe = await probeOf({ systems: [new WasiDir(inside, { access: "write" })] });
  const file = probe.ok("open-at", 1, [], "file", ["create"], ["read", "write"]) as number;
  return { ...probe, file };
}

describe("a size that no file is given is refused, and the instance goes on", () => {
  test.each([
    [2 ** 52, "file-too-large"],
    [last, "file-too-large"],
    [2 ** 53, "file-too-large"],
    [2 ** 62, "file-too-large"],
    [2 ** 63, "invalid"],
    [2 ** 64 - 2048, "invalid"],
  ])("%d", async (size, code) => {
    const { err, ok, file } = await opened();
    expect(err("set-size", file, size)).toBe(code);
    expect(ok("stat", file)).toMatchObject({ size: 0 });
  });

  test.if(hasMemory)("up to 2⁵²−1 it is", async () => {
    const { ok, file } = await opened();
    for (const size of [2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 52 - 1]) {
      ok("set-size", file, size);
      expect(statSync(join(inside, "file")).size).toBe(size);
    }
  });
});

describe("what would end behind 2⁵³−1 is not written, at no other place either", () => {
  test.each([last - 3, last, 2 ** 53, 2 ** 62])("%d", async (offset) => {
    const { call, err, ok, file } = await opened();
    expect(err("write", file, "abcd", offset)).toBe("file-too-large");
    const stream = ok("write-via-stream", file, offset) as number;
    expect(err("stream-write", stream, "abcd")).toHaveProperty("last-operation-failed");
    expect(ok("stat", file)).toMatchObject({ size: 0 });
    expect(call("get-type", file)).toEqual({ ok: "regular-file" });
  });

  test.if(hasMemory)("what ends there is", async () => {
    const { ok, file } = await opened();
    ok("write", file, "abcd", last - 4);
    expect(ok("read", file, 9, last - 4)).toEqual(["abcd", false]);
  });
});

/** As it comes from elsewhere. */
function writeBeyond(): bigint {
  const fd = openSync(join(inside, "file"), "w+");
  try {
    writeSync(fd, new TextEncoder().encode("abcdefgh"), 0, 8, last);
    return fstatSync(fd, { bigint: true }).size;
  } finally {
    closeSync(fd);
  }
}

describe.if(hasMemory)("what lies behind 2⁵³−1 is read once", () => {
  test("by a stream, which ends", async () => {
    expect(writeBeyond()).toBe(2n ** 53n + 7n);
    const { err, ok, file } = await opened();
    const stream = ok("read-via-stream", file, last) as number;
    expect(ok("stream-read", stream, 4)).toBe("abcd");
    expect(ok("stream-read", stream, 100)).toBe("efgh");
    expect(err("stream-read", stream, 100)).toEqual({ closed: null });
  });

  test("at an offset", async () => {
    writeBeyond();
    const { err, ok, file } = await opened();
    expect(ok("read", file, 4, 2 ** 53 + 2)).toEqual(["defg", false]);
    for (const offset of [2 ** 53 + 8, 2 ** 62, 2 ** 63 - 1024]) {
      expect(ok("read", file, 1 << 20, offset)).toEqual(["", true]);
    }
    for (const offset of [2 ** 63, 2 ** 64 - 2048]) expect(err("read", file, 1, offset)).toBe("invalid");
  });
});
