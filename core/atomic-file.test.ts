/** A folder that somebody cleans away between the steps of a write is made again. */
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeFileAtomic } from "./atomic-file.ts";

const root = mkdtempSync(join(tmpdir(), "atomic-file-"));
afterAll(() => rmSync(root, { recursive: true }));

test("folders that are missing are made", () => {
  const path = join(root, "a", "b", "file");
  writeFileAtomic(path, "text");
  expect(readFileSync(path, "utf8")).toBe("text");
  expect(readdirSync(join(root, "a", "b"))).toEqual(["file"]);
});

const renames = ["rename", "renameat", "renameat2"];

test.if(process.platform === "linux").each([
  [1, ""],
  [3, "E_STORE_IO"],
])("%d renames that find no folder: '%s'", (failures, code) => {
  const path = join(root, `renamed-${failures}`);
  const program = `import { writeFileAtomic } from ${JSON.stringify(join(import.meta.dir, "atomic-file.ts"))};
try { writeFileAtomic(process.argv.at(-1), "text"); } catch (error) { console.log(error.code); }`;
  const injections = renames.map((name) => `inject=${name}:error=ENOENT:when=1..${failures}`);
  const options = injections.flatMap((injection) => ["-e", injection]);
  const tracer = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", `trace=${renames.join(",")}`, ...options];
  const child = Bun.spawnSync([...tracer, process.execPath, "-e", program, path]);
  expect(child.stdout.toString().trim()).toBe(code);
  expect(readdirSync(root).filter((name) => name.startsWith("renamed-"))).toEqual(["renamed-1"]);
});

test("a directory under the name of a file gives way", () => {
  const path = join(root, "under");
  mkdirSync(join(path, "below"), { recursive: true });
  writeFileAtomic(path, "text");
  expect(readFileSync(path, "utf8")).toBe("text");
});
