import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NewTimestamp, setTimes, setTimesInSeconds } from "./metadata.ts";

let folder = "";
let file = "";
let fd = -1;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "file-times-"));
  file = join(folder, "file");
  fd = openSync(file, "w");
});
afterEach(() => {
  closeSync(fd);
  rmSync(folder, { recursive: true });
});

const at = (seconds: bigint): NewTimestamp => ({ tag: "timestamp", val: { seconds, nanoseconds: 0 } });
const unchanged: NewTimestamp = { tag: "no-change" };

describe.each([
  ["through the C library", setTimes],
  ["through 'node:fs'", setTimesInSeconds],
])("times that are set %s", (_, set) => {
  test("leave one before 1970 as it is", () => {
    // As text: a number would be now.
    utimesSync(file, "-100.5", "-100.5");
    set(fd, { access: unchanged, modification: at(5n) });
    expect(fstatSync(fd, { bigint: true })).toMatchObject({ atimeNs: -100_500_000_000n, mtimeNs: 5_000_000_000n });
  });

  test.each([2n ** 31n, 2n ** 33n, 2n ** 53n + 1n, 2n ** 63n - 1n])("may be %d seconds", (seconds) => {
    // What a file system makes of one that it cannot hold is its own.
    expect(() => set(fd, { access: at(seconds), modification: at(seconds) })).not.toThrow();
  });

  test.each([2n ** 63n, 2n ** 64n - 1n])("are refused beyond the system's: %d", (seconds) => {
    const refused = expect.objectContaining({ payload: "overflow" });
    expect(() => set(fd, { access: at(seconds), modification: unchanged })).toThrow(refused);
  });
});
