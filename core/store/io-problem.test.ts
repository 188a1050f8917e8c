import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeFileAtomic } from "../atomic-file.ts";
import { Problem, renderProblem } from "../diagnostic.ts";
import { coreDiagnostics } from "../diagnostics.ts";
import { openStore } from "../store.ts";
import { asOrdinaryUser } from "../testing/ordinary-user.ts";
import { ioProblem } from "./io-problem.ts";

let parent = "";

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "store-io-"));
});

afterEach(() => rmSync(parent, { recursive: true, force: true }));

async function codeOf(body: () => unknown): Promise<string> {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const rendered = renderProblem(error, coreDiagnostics);
    expect(rendered.message).toContain("'/");
    expect(coreDiagnostics[error.code as keyof typeof coreDiagnostics].exit).toBe(74);
    return error.code;
  }
  return "no problem";
}

const publish = (root: string) =>
  openStore(root).publish("things", "a", (directory) => writeFileSync(join(directory, "f"), "x"));

test("a file in the way of the store: E_STORE_NOT_DIRECTORY", async () => {
  writeFileSync(join(parent, "file"), "");
  expect(await codeOf(() => publish(join(parent, "file", "store")))).toBe("E_STORE_NOT_DIRECTORY");
  expect(await codeOf(() => writeFileAtomic(join(parent, "file", "record"), "x"))).toBe("E_STORE_NOT_DIRECTORY");
});

test("a file where the store should be: E_STORE_NOT_DIRECTORY", async () => {
  writeFileSync(join(parent, "store"), "");
  expect(await codeOf(() => publish(join(parent, "store")))).toBe("E_STORE_NOT_DIRECTORY");
});

/** A program of ours as a user who is not root, whom permissions do not stop. */
async function outcomeOf(source: string): Promise<string> {
  const script = `const { openStore } = await import(${JSON.stringify(join(import.meta.dir, "..", "store.ts"))});
    try { ${source} } catch (error) { console.log(error.code); }`;
  const child = Bun.spawn(asOrdinaryUser([process.execPath, "-e", script]), { stdout: "pipe", stderr: "pipe" });
  return (await child.stdout.text()).trim() || (await child.stderr.text());
}

test("a directory of somebody else: E_STORE_PERMISSION", async () => {
  mkdirSync(join(parent, "closed"));
  chmodSync(join(parent, "closed"), 0o500);
  const source = `await openStore(${JSON.stringify(join(parent, "closed", "store"))}).publish("things", "a", () => undefined);`;
  chmodSync(parent, 0o755);
  expect(await outcomeOf(source)).toBe("E_STORE_PERMISSION");
});

/** Runs a program of ours in a mount namespace in which `mount` made `parent` a file system of its own. */
function mounted(mount: string, source: string): string {
  const script = `const { openStore } = await import(${JSON.stringify(join(import.meta.dir, "..", "store.ts"))});
    const { writeFileSync } = await import("node:fs");
    try { ${source} } catch (error) { console.log(error.code); }`;
  const command = `${mount} && exec "$0" -e "$1"`;
  const child = Bun.spawnSync([
    "unshare",
    "--user",
    "--map-root-user",
    "--mount",
    "sh",
    "-c",
    command,
    process.execPath,
    script,
  ]);
  return child.stdout.toString().trim() || child.stderr.toString();
}

test.if(process.platform === "linux")("a full disk: E_STORE_FULL, and nothing is left", () => {
  const source = `const store = openStore(${JSON.stringify(join(parent, "store"))});
    try { await store.publish("things", "a", (d) => writeFileSync(d + "/f", new Uint8Array(4e6))); }
    finally { console.log(store.has("things", "a"), require("node:fs").readdirSync(store.root + "/tmp").length); }`;
  expect(mounted(`mount -t tmpfs -o size=1m none ${parent}`, source)).toBe("false 0\nE_STORE_FULL");
});

test.if(process.platform === "linux")("a read-only file system: E_STORE_READ_ONLY", () => {
  const source = `await openStore(${JSON.stringify(join(parent, "store"))}).publish("things", "a", () => undefined);`;
  expect(mounted(`mount -t tmpfs -o ro none ${parent}`, source)).toBe("E_STORE_READ_ONLY");
});

test("any other failure names what was tried: E_STORE_IO", () => {
  const error = Object.assign(new Error("EIO: i/o error"), { code: "EIO", path: "/disk/file" });
  const found = ioProblem(error, { path: "/disk", operation: "read" });
  if (!(found instanceof Problem)) throw new Error("not a problem");
  expect(found.code).toBe("E_STORE_IO");
  expect(renderProblem(found, coreDiagnostics).message).toBe("cannot read '/disk/file': the disk failed");
});

test("where something was to be made, there is a hint", () => {
  const error = Object.assign(new Error("ENOENT: none"), { code: "ENOENT", path: "/proc/self/fd/cache" });
  const found = ioProblem(error, { path: "/proc/self/fd", operation: "create" });
  if (!(found instanceof Problem)) throw new Error("not a problem");
  expect(renderProblem(found, coreDiagnostics).hint).toContain("VIVARIUM_HOME");
});

test("a file that cannot be made names the place that the user knows, and no temporary name", () => {
  const words = (path: string): string => {
    try {
      writeFileAtomic(path, "x");
    } catch (error) {
      if (error instanceof Problem) return renderProblem(error, coreDiagnostics).message;
      throw error;
    }
    return "it was written";
  };
  writeFileSync(join(parent, "file"), "");
  expect(words(join(parent, "file", "cache", "record"))).toBe(
    `cannot use '${join(parent, "file")}': it is not a directory`,
  );
  expect(words("/proc/nothere/record")).toBe("cannot write in '/proc': nothing can be made there");
});

test("a store in a place where nothing can be made is told by that place", async () => {
  const words = (root: string): string => {
    try {
      openStore(root).temporaryDirectory();
    } catch (error) {
      if (error instanceof Problem) return renderProblem(error, coreDiagnostics).message;
      throw error;
    }
    return "it was made";
  };
  expect(words("/proc/nothere/cache")).toBe("cannot write in '/proc': nothing can be made there");
  const link = join(parent, "link");
  symlinkSync(join(parent, "nowhere"), link);
  for (const root of [link, join(link, "cache")]) {
    expect(words(root)).toBe(`cannot use '${link}': it is a link that leads nowhere`);
  }
  const circle = join(parent, "circle");
  symlinkSync("circle", circle);
  expect(words(join(circle, "cache"))).toContain("its symbolic links go in a circle");
});

test("problems and our own bugs pass through unchanged", () => {
  const bug = new TypeError("x is not a function");
  expect(ioProblem(bug, { path: "/", operation: "read" })).toBe(bug);
  const problem = new Problem("E_OTHER", {});
  expect(ioProblem(problem, { path: "/", operation: "read" })).toBe(problem);
});

test("a file is replaced as a whole, its folder made on the way", async () => {
  const path = join(parent, "deep", "er", "record");
  writeFileAtomic(path, "one");
  writeFileAtomic(path, "two");
  expect(await Bun.file(path).text()).toBe("two");
  expect(require("node:fs").readdirSync(join(parent, "deep", "er"))).toEqual(["record"]);
});
