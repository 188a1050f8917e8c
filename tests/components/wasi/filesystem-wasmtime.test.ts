/** WasiDir and wasmtime's directories, asked the same in the same trees: answers and what is left on disk are the same. */
import { afterAll, expect, test } from "bun:test";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WasiDir } from "../../../isorun/wasi/dir.ts";
import { oraclePython } from "../../../tools/oracles.ts";
import { assembleFiles } from "../assemble.ts";
import { type Call, probeOf } from "./filesystem-probe.ts";
import { textOf } from "./instantiate.ts";

const root = mkdtempSync(join(tmpdir(), "wasi-oracle-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const links = {
  link: "file",
  dirlink: "dir",
  dangling: "nowhere",
  escape: "../secret",
  absolute: "/etc/passwd",
  loop: "loop",
  slashed: "dir/",
  self: ".",
  "dir/up": "../file",
};

function makeTree(name: string): string {
  const tree = join(root, name);
  mkdirSync(join(tree, "dir", "sub"), { recursive: true });
  writeFileSync(join(tree, "file"), "hello world");
  writeFileSync(join(tree, "dir", "inner"), "inner");
  for (const [at, target] of Object.entries(links)) symlinkSync(target, join(tree, at));
  return tree;
}

const describeTree = (tree: string): readonly string[] =>
  readdirSync(tree)
    .sort()
    .flatMap((name) => {
      const path = join(tree, name);
      const stats = lstatSync(path);
      if (stats.isSymbolicLink()) return `${name} -> ${readlinkSync(path)}`;
      if (stats.isFile()) return `${name}: ${readFileSync(path, "utf8")}`;
      return [name, ...describeTree(path).map((inner) => `${name}/${inner}`)];
    });

const paths = [
  ["file", "dir", "dir/", "file/", "link", "link/", "dirlink", "dangling", "escape", "absolute", "loop", "slashed"],
  ["self", "self/file", "dir/up", "dir/../file", "dir/../../x", "..", ".", "./file", "", "/", "/file", "file/.."],
  ["dir/.", "nope", "nope/", "nope/..", "a\0b", "dir//inner", "dirlink/inner", "n".repeat(255), "n".repeat(256)],
  ["file/x", "loop/x", "escape/x", "dangling/x", "dir/..", "dir/sub/../../.."],
].flat();

/** What a name with a slash behind it is refused with is POSIX's here; wasmtime looks behind the slash in some calls. */
const otherwise = (name: string, path: string): boolean =>
  (path.endsWith("/") && path.length > 1 && ["symlink-at", "link-at", "remove-directory-at"].includes(name)) ||
  (path === "dir/." && name === "open-at");

function callsFor(path: string): readonly Call[] {
  const all: Call[] = [
    ["readlink-at", 1, path],
    ["create-directory-at", 1, path],
    ["remove-directory-at", 1, path],
    ["symlink-at", 1, "target", path],
    ["unlink-file-at", 1, path],
    ["link-at", 1, [], path, 1, "linked"],
    ["link-at", 1, [], "file", 1, path],
    ["rename-at", 1, path, 1, "renamed"],
    ["rename-at", 1, "renamed", 1, path],
  ];
  for (const follow of [[], ["symlink-follow"]]) {
    all.push(["stat-at", 1, follow, path], ["set-times-at", 1, follow, path, [5, 6], "no-change"]);
    for (const open of [[], ["directory"], ["truncate"], ["create", "exclusive"], ["create"]]) {
      for (const flags of [["read"], ["read", "write"]]) all.push(["open-at", 1, follow, path, open, flags]);
    }
  }
  return all.filter(([name]) => !otherwise(name, path));
}

const onAFile: readonly Call[] = [
  ["open-at", 1, [], "file", [], ["read", "write"]],
  ...(["get-flags", "get-type", "stat", "sync", "sync-data", "metadata-hash"] as const).map((name): Call => [name, 2]),
  ["read", 2, 5, 6],
  ["read", 2, 5, 11],
  ["write", 2, "xy", 3],
  ["write", 2, "z", 20],
  ["read", 2, 50, 0],
  ["set-size", 2, 4],
  ["advise", 2, 0, 0, "normal"],
  ["set-times", 2, [1, 2], [3, 123_456_789]],
  ["stat", 2],
  ["is-same-object", 1, 2],
  ["read-directory", 2],
  ["create-directory-at", 2, "x"],
  ["open-at", 1, [], "file", [], ["read"]],
  ["write", 3, "x", 0],
  ["set-size", 3, 0],
  ["read-via-stream", 1, 0],
  ["write", 1, "a", 0],
  ["set-times", 1, [1, 2], [3, 4]],
  ...[2 ** 33, 2 ** 40, 2 ** 62, 2 ** 63].map(
    (far): Call => ["set-times", 2, [5, 1_000_000_000], [far, 4_000_000_000]],
  ),
  ["stat", 2],
  ...[2 ** 53, 2 ** 60, 2 ** 63].flatMap((far): Call[] => [
    ["read", 2, 4, far],
    ["write", 2, "x", far],
    ["set-size", 2, far],
  ]),
];

const scenarios = [true, false].flatMap((canWrite) =>
  [...paths.map(callsFor), ...(canWrite ? [onAFile] : [])].map((calls, index) => ({
    canWrite,
    calls,
    name: `${canWrite}-${index}`,
  })),
);
const text = textOf("filesystem");
const component = (await assembleFiles([text]))(text);

async function underWasmtime(): Promise<readonly (readonly unknown[])[]> {
  const asked = scenarios.map(({ name, canWrite, calls }) => ({
    directories: [[makeTree(`theirs-${name}`), "/", canWrite]],
    calls: [["get-directories"], ...calls],
  }));
  const child = Bun.spawn([await oraclePython(), "-I", join(import.meta.dir, "run_filesystem_under_wasmtime.py")], {
    stdin: new TextEncoder().encode(JSON.stringify({ component, scenarios: asked })),
    stdout: "pipe",
    stderr: "inherit",
  });
  return (await child.stdout.json()) as unknown[][]; // what the program prints
}

const theirs = await underWasmtime();

for (const [index, { name, canWrite, calls }] of scenarios.entries()) {
  const of = calls === onAFile ? "an open file" : JSON.stringify(calls[0]?.[2]).slice(0, 20);
  test(`${of}, ${canWrite ? "to write" : "to read"}`, async () => {
    const tree = makeTree(`ours-${name}`);
    using directory = new WasiDir(tree, { access: canWrite ? "write" : "read" });
    const { call, instance } = await probeOf({ systems: [directory] });
    for (const [at, asked] of calls.entries()) {
      expect({ asked, answer: call(...asked) }).toEqual({ asked, answer: theirs[index]?.[at + 1] });
    }
    await instance.terminate();
    expect(describeTree(tree)).toEqual(describeTree(join(root, `theirs-${name}`)));
  });
}
