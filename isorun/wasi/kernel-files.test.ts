/** What the kernel tells of itself and its processes is given to nobody, wherever it is mounted, and by whichever way. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { type Call, probeOf } from "../../tests/components/wasi/filesystem-probe.ts";
import { policyOf } from "../../tests/components/wasi/instantiate.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import { type KernelPath, WasiDir } from "./dir.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "kernel-files-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Of the kernel's files, and what is on the way to them: others in this process open and close files of their own. */
const openFiles = (): readonly string[] =>
  readdirSync("/proc/self/fd").flatMap((fd) => {
    const link = `/proc/self/fd/${fd}`;
    const path = existsSync(link) ? readlinkSync(link) : "";
    return path === "/" || path === "/etc" || path.startsWith("/proc") ? [path] : [];
  });

const follow = ["symlink-follow"];
const everything = async (told: KernelPath[] = []) =>
  probeOf({ systems: [new WasiDir("/", { access: "write", onKernelPath: (path) => void told.push(path) })] });

describe("where the whole disk is given", () => {
  test.each([
    ["environ", "maps", "mem", "fd/0", "root/etc/passwd", "cwd/package.json", "task", "exe", "none"].map(
      (name) => `proc/self/${name}`,
    ),
    [`proc/${process.pid}/environ`, "proc/1/environ", "proc/thread-self/environ", "proc/meminfo", "proc/none"],
    ["proc", "proc/.", "proc/", "proc/self", "proc/..", "proc/1/../../etc/passwd", "etc/../proc/self/environ"],
    ["sys/kernel", "sys/fs/cgroup/cgroup.procs", "dev/../sys/none"],
  ])("%s and the like are neither opened nor looked at", async (...paths) => {
    const { err } = await everything();
    for (const path of paths) {
      for (const flags of [["read"], ["write"], ["read", "write"]]) {
        expect([path, err("open-at", 1, follow, path, [], flags)]).toEqual([path, "not-permitted"]);
      }
      const made = path.endsWith("/") ? "is-directory" : "not-permitted";
      expect([path, err("open-at", 1, [], path, ["create", "truncate"], ["write"])]).toEqual([path, made]);
    }
  });

  test("nothing else is done there either", async () => {
    const { err } = await everything();
    const calls: readonly Call[] = [
      ["stat-at", 1, follow, "proc/self"],
      ["metadata-hash-at", 1, [], "proc/1"],
      ["readlink-at", 1, "proc/self"],
      ["set-times-at", 1, [], "proc", "now", "now"],
      ["set-times-at", 1, [], "proc/self", "now", "now"],
      ["create-directory-at", 1, "sys/fs/cgroup/made"],
      ["remove-directory-at", 1, "proc/none"],
      ["unlink-file-at", 1, "proc/self"],
      ["symlink-at", 1, "x", "proc/x"],
      ["link-at", 1, [], "proc/self/environ", 1, `${root.slice(1)}/x`],
      ["rename-at", 1, "proc/version", 1, `${root.slice(1)}/x`],
      ["rename-at", 1, `${root.slice(1)}/x`, 1, "proc/x"],
    ];
    for (const call of calls) expect([call, err(...call)]).toEqual([call, "not-permitted"]);
  });

  test("of the directory itself its name and its type are told, and not how many processes there are", async () => {
    const { ok } = await everything();
    const told = { type: "directory", size: 0, "link-count": 1 };
    expect(ok("stat-at", 1, [], "proc")).toMatchObject({ ...told, "data-modification-timestamp": null });
    expect(ok("metadata-hash-at", 1, [], "proc")).toBe("hash");
  });

  test("what was refused is told, with the name of the file system", async () => {
    const told: KernelPath[] = [];
    const { err } = await everything(told);
    err("open-at", 1, [], "proc/self/environ", [], ["read"]);
    err("open-at", 1, [], "etc/../proc/self/mem", [], ["write"]);
    err("open-at", 1, [], "sys", ["directory"], ["read"]);
    err("set-times-at", 1, [], "proc", "now", "now");
    expect(told).toEqual([
      { capability: "read", hostPath: "/proc/self/environ", fileSystem: "proc" },
      { capability: "write", hostPath: "/proc/self/mem", fileSystem: "proc" },
      { capability: "read", hostPath: "/sys", fileSystem: "sysfs" },
      { capability: "write", hostPath: "/proc", fileSystem: "proc" },
    ]);
  });

  test("links into it lead nowhere", async () => {
    const told: KernelPath[] = [];
    symlinkSync(relative(root, "/proc/self/environ"), join(root, "link"));
    const { err } = await everything(told);
    expect(err("open-at", 1, follow, `${root.slice(1)}/link`, [], ["read"])).toBe("not-permitted");
    expect(told).toMatchObject([{ fileSystem: "proc" }]);
  });

  test("nothing stays open of what was refused", async () => {
    const { err, ok } = await everything();
    const before = openFiles();
    for (let round = 0; round < 100; round += 1) {
      err("open-at", 1, [], "etc/../proc/self/environ", [], ["read"]);
      err("open-at", 1, [], "proc", [], ["read"]);
      ok("stat-at", 1, [], "proc");
    }
    expect(openFiles()).toEqual(before);
  });

  test("files of memory are files", async () => {
    const folder = existsSync("/dev/shm") ? mkdtempSync("/dev/shm/kernel-files-") : root;
    try {
      writeFileSync(join(folder, "file"), "hello");
      const { ok } = await everything();
      const file = ok("open-at", 1, [], `${folder.slice(1)}/file`, [], ["read"]) as number;
      expect(ok("read", file, 9, 0)).toEqual(["hello", false]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("as the directory that is given", () => {
  const reason = (path: string, fileSystem: string) =>
    `cannot give the directory '${path}': it is the kernel's own (${fileSystem}), which is given to nobody`;

  test.each([
    ["/proc", "proc"],
    ["/proc/self/task", "proc"],
    ["/sys/kernel", "sysfs"],
  ])("%s does not link", (path, fileSystem) => {
    expect(() => new WasiDir(path)).toThrow(reason(path, fileSystem));
  });

  test("a link of it to an ordinary directory gives that", () => {
    expect(() => new WasiDir("/proc/self/root")).not.toThrow();
  });

  test.each([{ read: ["/proc"] }, { write: ["/proc/self"] }, { read: ["/"], write: ["/proc"] }])(
    "it does not link as a part that a policy allows: %p",
    async (capabilities) => {
      const system = new WasiDir("/", { access: "write" });
      const failure = await failureOf(probeOf({ systems: [system], policy: policyOf(capabilities) }));
      expect(failure).toMatchObject({
        code: "link",
        message: expect.stringContaining("it is the kernel's own (proc)"),
      });
    },
  );
});

/** Whoever may not mount, as in most containers, has nobody to do it either. */
const unshare = ["unshare", "--user", "--map-root-user", "--mount"];
const canMount = Bun.spawnSync([...unshare, "true"]).exitCode === 0;
const home = mkdtempSync(join(tmpdir(), "kernel-mounts-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test.if(canMount)(
  "it is found where it is mounted otherwise, and later",
  async () => {
    for (const name of ["proc", "later"]) mkdirSync(join(home, name));
    for (const name of ["environ", "file"]) writeFileSync(join(home, name), "hello");
    const program = join(import.meta.dir, "testing", "try-mounts.ts");
    const child = Bun.spawn([...unshare, process.execPath, program, home], {
      stderr: "inherit",
    });
    expect(JSON.parse(await child.stdout.text())).toEqual({
      "proc/self/environ": "not-permitted",
      proc: "not-permitted",
      environ: "not-permitted",
      "before it was mounted": ["later", "hello"],
      "later/self/environ": "not-permitted",
      later: "not-permitted",
    });
  },
  30_000,
);
