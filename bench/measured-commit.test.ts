import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measuredCommit } from "./measured-commit.ts";

const directory = mkdtempSync(join(tmpdir(), "measured-commit-"));
afterAll(() => rmSync(directory, { recursive: true }));

function git(...words: readonly string[]): string {
  const identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
  const ran = Bun.spawnSync(["git", ...identity, ...words], { cwd: directory });
  expect(ran.exitCode, ran.stderr.toString()).toBe(0);
  return ran.stdout.toString().trim();
}

test("a result names the commit, and tells sources that differ from it", () => {
  expect(measuredCommit(directory)).toBeUndefined();
  git("init", "--quiet");
  writeFileSync(join(directory, "source.ts"), "");
  git("add", "source.ts");
  git("commit", "--quiet", "--message", "first");
  const commit = git("rev-parse", "HEAD").slice(0, 10);
  expect(measuredCommit(directory)).toBe(commit);
  mkdirSync(join(directory, "bench/results"), { recursive: true });
  writeFileSync(join(directory, "bench/results/sample.json"), "{}\n");
  expect(measuredCommit(directory)).toBe(commit);
  writeFileSync(join(directory, "added.ts"), "");
  expect(measuredCommit(directory)).toBe(`${commit}+`);
});
