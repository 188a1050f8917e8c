/** How often a refused call has the host look at its files: the program chooses the path, and pays for none of it. */
import { afterAll, afterEach, expect, spyOn, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { grantNothing } from "@vivarium/core/policy/policy";
import { silentReport } from "@vivarium/core/report";
import { files } from "../wasi/filesystem/host-files.ts";
import { ByteNames } from "./byte-names.ts";
import { Looks } from "./looks.ts";
import { Refusals } from "./refusals.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "looks-")));
const unnamed = Buffer.concat([Buffer.from(`${root}/d`), Buffer.from([0xff])]);
mkdirSync(unnamed);
for (let number = 0; number < 150; number += 1) mkdirSync(join(root, `n${number}`));

const [stats, fileSystems, lists] = [
  spyOn(files, "statSync"),
  spyOn(files, "statfsSync"),
  spyOn(files, "readdirSync"),
] as const;
const spies = [stats, fileSystems, lists];
afterEach(() => {
  for (const spy of spies) spy.mockClear();
});
afterAll(() => {
  for (const spy of spies) spy.mockRestore();
  rmSync(root, { recursive: true });
});

const looks = () => stats.mock.calls.length + fileSystems.mock.calls.length;
const refusalsOf = () => new Refusals({ report: silentReport, policy: grantNothing("linux"), cwd: root });
const long = `${"a/".repeat(2000)}b`;
const partsOfRoot = root.split("/").length;

test.each([
  ["read", "."],
  ["read", "/"],
  ["write", "."],
  ["write", "/"],
] as const)("to %s a long path that is not there, asked in %s, costs few, though not none", (capability, guestPath) => {
  const refusals = refusalsOf();
  refusals.onAsked({ capability, path: long, guestPath });
  expect(looks()).toBeGreaterThanOrEqual(2);
  expect(looks()).toBeLessThanOrEqual(partsOfRoot + 8);
  expect(refusals.absent.told?.asked).toEqual([{ capability, path: long }]);
});

test("a long path out of what was given, and one to write, cost few", () => {
  const refusals = refusalsOf();
  const hostPath = join(root, long);
  refusals.onPathOut({ capability: "read", guestPath: long, hostPath, isAbsolute: false, directory: root });
  refusals.onWriteRefused(hostPath);
  expect(looks()).toBeLessThanOrEqual(2 * (partsOfRoot + 8));
});

test("nor does a long one most of which is there", () => {
  const deep = "d/".repeat(300);
  mkdirSync(join(root, deep), { recursive: true });
  const refusals = refusalsOf();
  const hostPath = join(root, deep, "none/b");
  refusals.onPathOut({ capability: "read", guestPath: "x", hostPath, isAbsolute: false, directory: root });
  expect(looks()).toBeLessThanOrEqual(30);
  expect(refusals.absent.told?.asked).toEqual([{ capability: "read", path: "x" }]);
});

test.each([1, 2, 3, 4, 5, 7, 8, 9, 40])("the last of %d parts that are there is found", (count) => {
  const there = join(root, "e/".repeat(count)).slice(0, -1);
  mkdirSync(there, { recursive: true });
  const names = new ByteNames(1);
  using asked = spyOn(names, "leadsTo").mockReturnValue(false);
  // What cannot be there behind a part that is not is not looked for by its bytes.
  expect(new Looks().isUnnamed(`${there}/none/\uFFFD`, names)).toBe(false);
  expect(asked).not.toHaveBeenCalled();
  expect(new Looks().isUnnamed(`${there}/\uFFFD/none`, names)).toBe(false);
  expect(asked).toHaveBeenCalledTimes(1);
});

test("nothing is listed for a name behind what is not there", () => {
  const refusals = refusalsOf();
  for (const path of ["none/\uFFFD", `other/\uFFFD/${long}`])
    refusals.onAsked({ capability: "write", path, guestPath: "/" });
  expect(lists).not.toHaveBeenCalled();
});

test("a directory is listed once, whatever is asked for in it", () => {
  const refusals = refusalsOf();
  for (let number = 0; number < 300; number += 1) {
    refusals.onAsked({ capability: "read", path: `no\uFFFD${number}`, guestPath: "." });
  }
  refusals.onAsked({ capability: "read", path: "d\uFFFD", guestPath: "." });
  expect(lists).toHaveBeenCalledTimes(1);
  expect(refusals.denied).toMatchObject({ requested: "d\uFFFD" });
});

test("no more directories are listed than are told of, and what is not known is not told", () => {
  const refusals = refusalsOf();
  const paths = Array.from({ length: 150 }, (_, number) => `n${number}/\uFFFD`);
  for (const path of paths) refusals.onAsked({ capability: "read", path, guestPath: "." });
  expect(lists).toHaveBeenCalledTimes(100);
  expect(refusals.absent.told?.asked.at(-1)).toEqual({ capability: "read", path: "n99/\uFFFD" });
});
