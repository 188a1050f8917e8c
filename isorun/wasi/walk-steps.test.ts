/** How far one path leads: links can make it longer than any that a call is given. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { probeOf } from "../../tests/components/wasi/filesystem-probe.ts";
import { WasiDir } from "./dir.ts";

let inside = "";
beforeEach(() => {
  inside = mkdtempSync(join(tmpdir(), "walk-steps-"));
  mkdirSync(join(inside, "a"));
  writeFileSync(join(inside, "l40"), "hello");
});
afterEach(() => rmSync(inside, { recursive: true, force: true }));

const follow = ["symlink-follow"];
const steps = "a/../".repeat(815);
const probe = () => probeOf({ systems: [new WasiDir(inside, { access: "write" })] });

test("long links in a row are a loop, though none leads back", async () => {
  for (let link = 0; link < 40; link += 1) symlinkSync(`${steps}l${link + 1}`, join(inside, `l${link}`));
  const { err, ok } = await probe();
  expect(err("stat-at", 1, follow, "l0")).toBe("loop");
  expect(err("open-at", 1, follow, "l0", [], ["read"])).toBe("loop");
  expect(err("unlink-file-at", 1, "l0/x")).toBe("loop");
  expect(err("rename-at", 1, "l40", 1, "l0/x")).toBe("loop");
  expect(ok("stat-at", 1, follow, `${steps}l37`)).toMatchObject({ size: 5 });
});

test("as many links as the kernel follows lead on, where they are short", async () => {
  for (let link = 0; link < 40; link += 1) symlinkSync(`a/../l${link + 1}`, join(inside, `l${link}`));
  const { ok } = await probe();
  expect(ok("stat-at", 1, follow, `${steps}l0`)).toMatchObject({ size: 5 });
});
