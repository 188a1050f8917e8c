import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDirectCalls } from "./direct-calls.ts";

let directory: string;
const calls = openDirectCalls();

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "direct-ä-"));
});

afterAll(() => rmSync(directory, { recursive: true }));

// The warm path exists on Linux only; elsewhere there is nothing to open.
test("opens on Linux, and nowhere else", () => {
  expect(calls !== undefined).toBe(process.platform === "linux");
});

if (calls !== undefined) {
  test("readHead gives the bytes, up to its bound, whatever the size", () => {
    const path = join(directory, "file");
    for (const size of [0, 1, 4095, 4096, 4097, 8191, 8192, 8193, 70_000]) {
      const bytes = Buffer.from(Array.from({ length: size }, (_, place) => place % 251));
      writeFileSync(path, bytes);
      for (const bytesMax of [1, 65_536, 1 << 20]) {
        const head = Buffer.from(calls.readHead(path, bytesMax) ?? "-", "latin1");
        expect(head.equals(bytes.subarray(0, bytesMax)), `${size} of ${bytesMax}`).toBe(true);
      }
    }
    expect(calls.readHead(join(directory, "none"), 10)).toBeUndefined();
    Bun.spawnSync(["mkfifo", join(directory, "fifo")]);
    expect(calls.readHead(join(directory, "fifo"), 10)).toBe("");
    expect(calls.readHead(directory, 10)).toBeUndefined();
  });

  test("fingerprint begins with the mode, stays while nothing happens, and goes through links", () => {
    const path = join(directory, "print");
    writeFileSync(path, "12345");
    symlinkSync(path, join(directory, "link"));
    for (const mode of [0o644, 0o755]) {
      chmodSync(path, mode);
      expect(calls.fingerprint(path)).toStartWith(`100${mode.toString(8)} `);
      readFileSync(path);
      for (const same of [path, join(directory, "link")]) expect(calls.fingerprint(same)).toBe(calls.fingerprint(path));
    }
    expect(calls.fingerprint(join(directory, "none"))).toBe("-");
  });

  test("two files of one size and one mtime differ, and so does one that was written in place", () => {
    const [one, other] = [join(directory, "one"), join(directory, "other")];
    for (const path of [one, other]) {
      writeFileSync(path, "12345");
      utimesSync(path, 1, 2);
    }
    const before = calls.fingerprint(one);
    expect(calls.fingerprint(other)).not.toBe(before);
    const { ctimeNs } = statSync(one, { bigint: true });
    // The clock of a file system ticks in milliseconds.
    do {
      writeFileSync(one, "54321");
      utimesSync(one, 1, 2);
    } while (statSync(one, { bigint: true }).ctimeNs === ctimeNs);
    expect(calls.fingerprint(one)).not.toBe(before);
  });

  test("list gives all names of a directory, however many", () => {
    const path = join(directory, "many");
    mkdirSync(path);
    const names = Array.from({ length: 300 }, (_, place) => `name-${"x".repeat(place % 40)}-${place}`);
    for (const name of names) writeFileSync(join(path, name), "");
    expect([...calls.list(path)].sort()).toEqual(names.sort());
    expect(calls.list(join(path, "none"))).toEqual([]);
    expect(calls.list(join(path, names[0] ?? ""))).toEqual([]);
  });

  test("writeFile, touch and readLink", () => {
    const path = join(directory, "written");
    expect(calls.writeFile(path, "ä\n")).toBe(true);
    expect(readFileSync(path, "utf8")).toBe("ä\n");
    expect(calls.writeFile(join(directory, "no", "where"), "x")).toBe(false);
    utimesSync(path, 1, 2);
    calls.touch(path);
    expect(statSync(path).mtimeMs).toBeGreaterThan(1_000_000);
    expect(calls.readLink("/proc/self/ns/pid")).toStartWith("pid:[");
    expect(calls.readLink(path)).toBeUndefined();
  });
}
