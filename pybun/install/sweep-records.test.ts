import { expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openStore } from "@vivarium/core/store";
import { asOrdinaryUser } from "@vivarium/core/testing/ordinary-user";
import { environmentKind } from "../env/environment-record.ts";
import { viewKind } from "../env/view.ts";
import { wheelKind } from "../wheel/stored-wheel.ts";
import { sweepBeside, sweepRecords } from "./sweep-records.ts";

test("what was to be renamed an hour ago goes; what is new, and all that is whole, stays", () => {
  const root = mkdtempSync(join(tmpdir(), "sweep-records-"));
  const nowMs = Date.now();
  const write = (name: string, ageMs: number): string => {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "x");
    const seconds = (nowMs - ageMs) / 1000;
    utimesSync(path, seconds, seconds);
    return path;
  };
  const hours = 3_600_000;
  const stale = ["choices-v1/ab.17.0.tmp", "index-v1/host/first.page.17.3.tmp"].map((name) => write(name, 2 * hours));
  const kept = [
    write("choices-v1/ab", 9 * hours),
    write("choices-v1/cd.18.0.tmp", hours / 2),
    write("index-v1/host/first.page", 9 * hours),
    ...[wheelKind, viewKind, environmentKind].map((kind) => write(`${kind}/ab/a.tmp`, 9 * hours)),
    write("tmp/1-2-3.0/b.tmp", 9 * hours),
    write("c.tmp", 9 * hours),
  ];
  sweepRecords(openStore(root), nowMs);
  expect(stale.filter((path) => existsSync(path))).toEqual([]);
  expect(kept.filter((path) => !existsSync(path))).toEqual([]);
  sweepRecords(openStore(join(root, "nowhere")), nowMs);
  rmSync(root, { recursive: true });
});

test("an environment that was never finished beside its place goes after an hour, and nothing else does", () => {
  const root = mkdtempSync(join(tmpdir(), "sweep-beside-"));
  const nowMs = Date.now();
  const unfinished = ".env.a802871b-9215-4a82-a554-d82ce87e037e";
  for (const name of [unfinished, "env", ".env.local", ".other.a802871b-9215-4a82-a554-d82ce87e037e"]) {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, "pyvenv.cfg"), "");
    utimesSync(join(root, name), nowMs / 1000 - 4000, nowMs / 1000 - 4000);
  }
  sweepBeside(join(root, "env"), nowMs - 1_000_000);
  expect(existsSync(join(root, unfinished))).toBe(true);
  sweepBeside(join(root, "env"), nowMs);
  expect(readdirSync(root).toSorted()).toEqual([".env.local", ".other.a802871b-9215-4a82-a554-d82ce87e037e", "env"]);
  rmSync(root, { recursive: true });
});

/** Runs code with this module as a user who is not root, whom permissions do not stop. */
async function outcomeOf(code: string): Promise<string> {
  const source = `const { sweepBeside, sweepRecords } = await import(${JSON.stringify(join(import.meta.dir, "sweep-records.ts"))});
    const { openStore } = await import("@vivarium/core/store");
    try { ${code}; console.log("swept"); } catch (error) { console.log(String(error)); }`;
  const child = Bun.spawn(asOrdinaryUser([process.execPath, "-e", source]), {
    cwd: import.meta.dir,
    stdout: "pipe",
    stderr: "pipe",
  });
  return (await child.stdout.text()).trim() || (await child.stderr.text());
}

test.skipIf(process.platform === "win32")("what a user may not remove or see stays, and stops nothing", async () => {
  const root = mkdtempSync(join(tmpdir(), "sweep-refused-"));
  const stale = (...names: readonly string[]): string => {
    const path = join(root, ...names);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
    utimesSync(path, 1, 1);
    return path;
  };
  const refused = stale("choices-v1", "ab.1.0.tmp");
  const hidden = stale("index-v1", "host", "page.1.0.tmp");
  const removable = stale("records-v1", "cd.1.0.tmp");
  const unfinished = dirname(stale("place", ".env.a802871b-9215-4a82-a554-d82ce87e037e", "pyvenv.cfg"));
  utimesSync(unfinished, 1, 1);
  chmodSync(root, 0o755);
  chmodSync(join(root, "records-v1"), 0o777);
  for (const folder of ["choices-v1", "place", "index-v1/host"]) chmodSync(join(root, folder), 0o555);
  chmodSync(join(root, "index-v1"), 0o311);
  const text = JSON.stringify;
  const code = `sweepRecords(openStore(${text(root)})); sweepBeside(${text(join(root, "place", "env"))}); sweepBeside(${text(join(root, "index-v1", "env"))})`;
  expect(await outcomeOf(code)).toBe("swept");
  expect([refused, hidden, unfinished].filter((path) => !existsSync(path))).toEqual([]);
  expect(existsSync(removable)).toBe(false);
  for (const folder of ["choices-v1", "place", "index-v1", "index-v1/host"]) chmodSync(join(root, folder), 0o755);
  rmSync(root, { recursive: true });
});
