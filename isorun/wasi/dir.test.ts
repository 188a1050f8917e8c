/** WasiDir: what it gives, what it narrows, and that nobody gets out of it. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Call, probeOf } from "../../tests/components/wasi/filesystem-probe.ts";
import { instantiate, policyOf } from "../../tests/components/wasi/instantiate.ts";
import { LinkError } from "../errors/errors.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import { type PathOut, WasiDir } from "./dir.ts";

let root = "";
let inside = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "wasi-dir-"));
  inside = join(root, "inside");
  mkdirSync(join(inside, "dir"), { recursive: true });
  writeFileSync(join(inside, "file"), "hello");
  writeFileSync(join(root, "secret"), "secret");
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const given = (access: "read" | "write" = "write") => ({ systems: [new WasiDir(inside, { access })] });

test("test_app_wasi_fs", async () => {
  const [data, out] = [join(inside, "data"), join(inside, "out")];
  for (const path of [data, out]) mkdirSync(path);
  writeFileSync(join(data, "input.txt"), "what was written once\n");
  const systems = [new WasiDir(data, { guestPath: "/data" }), new WasiDir(out, { guestPath: "/out", access: "write" })];
  const app = await instantiate("file-app", { systems });
  expect(await app.call("run")).toBe(22n);
  expect(readFileSync(join(out, "output.txt"), "utf8")).toBe("WHAT WAS WRITTEN ONCE\n");
  const reader = await instantiate("file-app", { systems: systems.slice(0, 1) });
  expect(await failureOf(reader.call("run"))).toMatchObject({ payload: "not-permitted" });
  expect(readdirSync(data)).toEqual(["input.txt"]);
});

describe("nothing leads out", () => {
  const follow = ["symlink-follow"];
  const ways: Readonly<Record<string, (at: string) => void>> = {
    "../secret": () => undefined,
    "dir/../../secret": () => undefined,
    "/etc/passwd": () => undefined,
    relative: (at) => symlinkSync("../secret", at),
    absolute: (at) => symlinkSync(join(root, "secret"), at),
    "parent/secret": () => symlinkSync("..", join(inside, "parent")),
    "root/etc/passwd": () => symlinkSync("/", join(inside, "root")),
    "dir/deep": (at) => symlinkSync("../dir/../../secret", at),
    chain: (at) => {
      symlinkSync("relative", at);
      symlinkSync("../secret", join(inside, "relative"));
    },
  };
  for (const [path, make] of Object.entries(ways)) {
    test(path, async () => {
      make(join(inside, path));
      const { err } = await probeOf(given());
      for (const open of [[], ["create"], ["create", "truncate"]]) {
        expect(err("open-at", 1, follow, path, open, ["read", "write"])).toBe("not-permitted");
      }
      expect(err("stat-at", 1, follow, path)).toBe("not-permitted");
      expect(err("set-times-at", 1, follow, path, "now", "now")).toBe("not-permitted");
      expect(readFileSync(join(root, "secret"), "utf8")).toBe("secret");
    });
  }

  test("is told with the name that the guest gave, and where it leads", async () => {
    symlinkSync("../secret", join(inside, "relative"));
    symlinkSync("/etc/passwd", join(inside, "absolute"));
    const outs: PathOut[] = [];
    const onPathOut = (out: PathOut) => void outs.push(out);
    const system = new WasiDir(inside, { access: "write", guestPath: "/data", onPathOut });
    const { err, ok } = await probeOf({ systems: [system] });
    err("open-at", 1, follow, "dir/../../secret", [], ["read"]);
    err("open-at", 1, follow, "relative", [], ["write"]);
    err("stat-at", 1, follow, "absolute");
    const dir = ok("open-at", 1, [], "dir", [], ["read", "mutate-directory"]) as number;
    err("create-directory-at", dir, "../../x");
    err("stat-at", 1, follow, "missing");
    expect(outs).toEqual(
      [
        ["read", "/data/dir/../../secret", `${inside}/../secret`, false],
        ["write", "/data/relative", `${inside}/../secret`, false],
        ["read", "/data/absolute", "/etc/passwd", true],
        ["write", "/data/dir/../../x", `${inside}/dir/../../x`, false],
      ].map(([capability, guestPath, hostPath, isAbsolute]) => ({
        capability,
        guestPath,
        hostPath,
        isAbsolute,
        directory: inside,
      })) as PathOut[],
    );
  });

  test("what is created through a link to the outside", async () => {
    symlinkSync("../made", join(inside, "link"));
    const { err } = await probeOf(given());
    expect(err("open-at", 1, follow, "link", ["create"], ["write"])).toBe("not-permitted");
    expect(err("open-at", 1, follow, "link", ["create", "exclusive"], ["write"])).toBe("exist");
    expect(err("open-at", 1, [], "link", ["create"], ["write"])).toBe("loop");
    for (const to of ["../made", "link/x", "/made"]) {
      expect(err("rename-at", 1, "file", 1, to)).toBe("not-permitted");
      expect(err("link-at", 1, [], "file", 1, to)).toBe("not-permitted");
      expect(err("create-directory-at", 1, to)).toBe("not-permitted");
    }
    expect(readdirSync(root).sort()).toEqual(["inside", "secret"]);
  });

  test("a directory that another process swaps with a link, again and again", async () => {
    mkdirSync(join(root, "outside"));
    writeFileSync(join(root, "outside", "x"), "secret");
    writeFileSync(join(inside, "dir", "x"), "inside");
    symlinkSync("../outside", join(inside, "link"));
    const program = `import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
print("ready", flush=True)
while os.getppid() == ${process.pid}:
    libc.renameat2(-100, b"dir", -100, b"link", 2)`;
    const swapper = Bun.spawn(["python3", "-c", program], { cwd: inside, stdout: "pipe" });
    try {
      await swapper.stdout.getReader().read();
      const { call } = await probeOf({ systems: [new WasiDir(inside, { access: "write", openFilesMax: 8 })] });
      const seen = new Set<string>();
      const end = performance.now() + 1500;
      for (let round = 0; performance.now() < end; round += 1) {
        const opened = call("open-at", 1, follow, "dir/x", [], ["read", "write"]) as { ok?: number; err?: string };
        if (opened.ok === undefined) seen.add(String(opened.err));
        else {
          seen.add(String((call("read", opened.ok, 10, 0) as { ok: unknown[] }).ok[0]));
          call("drop-descriptor", opened.ok);
        }
        call("create-directory-at", 1, `dir/new${round % 8}`);
        call("remove-directory-at", 1, `dir/new${round % 8}`);
        if (seen.has("secret")) break;
      }
      expect(seen).toContain("inside");
      expect(seen).toContain("not-permitted");
      expect([...seen].filter((each) => !["inside", "not-permitted", "no-entry", "loop"].includes(each))).toEqual([]);
    } finally {
      swapper.kill();
      await swapper.exited;
    }
    expect(readdirSync(join(root, "outside"))).toEqual(["x"]);
  }, 20_000);
});

test("devices, FIFOs and sockets are not opened, and hang nobody", async () => {
  Bun.spawnSync(["mkfifo", join(inside, "fifo")]);
  const socket = Bun.listen({ unix: join(inside, "socket"), socket: { data: () => undefined } });
  const made = Bun.spawnSync(["mknod", join(inside, "device"), "c", "1", "5"]).exitCode === 0;
  const { err, ok } = await probeOf(given());
  for (const name of made ? ["fifo", "socket", "device"] : ["fifo", "socket"]) {
    for (const flags of [["read"], ["write"], ["read", "write"]]) {
      expect(err("open-at", 1, [], name, [], flags)).toBe("not-permitted");
    }
  }
  socket.stop();
  expect(ok("stat-at", 1, [], "fifo")).toMatchObject({ type: "fifo" });
});

test("hard links are made inside of one WasiDir only", async () => {
  const systems = [given().systems[0], new WasiDir(join(inside, "dir"), { guestPath: "/dir", access: "write" })];
  const { err, ok } = await probeOf({ systems: systems as WasiDir[] });
  expect(err("link-at", 1, [], "file", 2, "linked")).toBe("cross-device");
  ok("link-at", 1, [], "file", 1, "dir/linked");
  ok("rename-at", 1, "file", 2, "moved");
  expect(readdirSync(join(inside, "dir")).sort()).toEqual(["linked", "moved"]);
});

test("read-only is read-only", async () => {
  const { call, err } = await probeOf(given("read"));
  expect(call("get-directories")).toEqual([[2, "/"]]);
  call("open-at", 1, [], "file", [], ["read"]);
  const attempts: readonly Call[] = [
    ["open-at", 1, [], "file", [], ["write"]],
    ["open-at", 1, [], "file", ["truncate"], ["read"]],
    ["open-at", 1, [], "new", ["create"], []],
    ["create-directory-at", 1, "new"],
    ["remove-directory-at", 1, "dir"],
    ["unlink-file-at", 1, "file"],
    ["symlink-at", 1, "file", "new"],
    ["link-at", 1, [], "file", 1, "new"],
    ["rename-at", 1, "file", 1, "new"],
    ["set-times-at", 1, [], "file", "now", "now"],
    ["set-times", 1, "now", "now"],
    ["set-times", 3, "now", "now"],
    ["set-size", 3, 0],
    ["write", 3, "x", 0],
    ["write-via-stream", 3, 0],
    ["append-via-stream", 3],
  ];
  for (const attempt of attempts) expect(err(...attempt)).toBe("not-permitted");
  expect(readFileSync(join(inside, "file"), "utf8")).toBe("hello");
});

describe("directories are read piece by piece", () => {
  const all = (ok: (name: string, handle: number) => unknown, handle: number): string[] => {
    const names: string[] = [];
    for (let entry = ok("entry", handle); entry !== null; entry = ok("entry", handle)) {
      names.push((entry as { name: string }).name);
    }
    return names;
  };

  test("a hundred thousand entries: each once, in bounded memory", async () => {
    // In memory where there is such a place: disks take long to make them.
    const huge = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "wasi-dir-"));
    try {
      Bun.spawnSync(["sh", "-c", "seq 100000 | xargs touch"], { cwd: huge });
      const { ok } = await probeOf({ systems: [new WasiDir(huge)] });
      expect(new Set(all(ok, ok("read-directory", 1) as number)).size).toBe(100_000);
      // What was not read yet when they are removed is not there.
      const handle = ok("read-directory", 1) as number;
      expect(ok("entry", handle)).toMatchObject({ type: "regular-file" });
      Bun.spawnSync(["sh", "-c", "find . -type f -delete"], { cwd: huge });
      expect(all(ok, handle).length).toBeLessThan(50_000);
    } finally {
      rmSync(huge, { recursive: true });
    }
  }, 30_000);

  test("a directory that was removed is at its end", async () => {
    const { ok } = await probeOf(given());
    const dir = ok("open-at", 1, [], "dir", [], ["read"]) as number;
    const handle = ok("read-directory", dir) as number;
    rmdirSync(join(inside, "dir"));
    expect(ok("entry", handle)).toBeNull();
    expect(ok("entry", handle)).toBeNull();
    expect(ok("entry", ok("read-directory", dir) as number)).toBeNull();
  });

  test("a name that is not UTF-8 is refused, and the others are there", async () => {
    writeFileSync(Buffer.concat([Buffer.from(`${inside}/`), Buffer.from([0xff, 0x41])]), "");
    writeFileSync(join(inside, "\ufeffgrößer 🦀"), "");
    const { call, ok } = await probeOf(given());
    const handle = ok("read-directory", 1) as number;
    const answers = Array.from({ length: 5 }, () => call("entry", handle));
    expect(answers.filter((answer) => "err" in (answer as object))).toEqual([{ err: "illegal-byte-sequence" }]);
    expect(answers).toContainEqual({ ok: { type: "regular-file", name: "\ufeffgrößer 🦀" } });
    expect(answers.at(-1)).toEqual({ ok: null });
  });
});

test("streams have their own places in a file, outlive the descriptor, and tell why they failed", async () => {
  const { ok, err, call } = await probeOf(given());
  const file = ok("open-at", 1, [], "file", [], ["read", "write"]) as number;
  const [writer, appender] = [ok("write-via-stream", file, 3), ok("append-via-stream", file)] as [number, number];
  const reader = ok("read-via-stream", file, 1) as number;
  call("drop-descriptor", file);
  ok("stream-write", writer, "LO");
  ok("stream-write", appender, " END");
  ok("stream-write", writer, "-");
  expect(ok("stream-read", reader, 4)).toBe("elLO");
  expect(ok("stream-splice", appender, reader, 2)).toBe(2);
  expect(ok("stream-read-blocking", reader, 99)).toBe("ND-E");
  expect(err("stream-read-blocking", reader, 99)).toEqual({ closed: null });
  expect(readFileSync(join(inside, "file"), "utf8")).toBe("helLO-END-E");
  const readOnly = ok("open-at", 1, [], "file", [], ["read"]) as number;
  const failed = err("stream-write", ok("append-via-stream", readOnly) as number, "x") as Record<string, number>;
  expect(call("error-code-of", failed["last-operation-failed"] ?? 0)).toBe("bad-descriptor");
});

test("places that no file reaches fail streams as they fail calls", async () => {
  for (const [offset, code] of [
    [2 ** 63, "invalid"],
    [2 ** 60, "file-too-large"],
    [2 ** 53, "file-too-large"],
  ] as const) {
    const { ok, err, call } = await probeOf(given());
    const file = ok("open-at", 1, [], "file", [], ["read", "write"]) as number;
    expect(err("write", file, "x", offset)).toBe(code);
    expect(err("set-size", file, offset)).toBe(code);
    const writer = ok("write-via-stream", file, offset) as number;
    const failed = err("stream-write", writer, "x") as Record<string, number>;
    expect(call("error-code-of", failed["last-operation-failed"] ?? 0)).toBe(code);
    expect(err("stream-write", writer, "x")).toEqual({ closed: null });
    const reader = ok("read-via-stream", file, offset) as number;
    expect(err("stream-read", reader, 1)).toEqual(
      code === "invalid" ? { "last-operation-failed": expect.any(Number) } : { closed: null },
    );
    expect(err("stream-read", reader, 1)).toEqual({ closed: null });
  }
});

describe("a policy", () => {
  const directories = async (capabilities: Parameters<typeof policyOf>[0], access: "read" | "write" = "write") => {
    const systems = [new WasiDir(inside, { guestPath: "/guest", access })];
    const { call } = await probeOf({ systems, policy: policyOf(capabilities) });
    const names = call("get-directories") as [number, string][];
    return names.map(([handle, name]) => {
      const { ok } = call("get-flags", handle) as { ok: string[] };
      return ok.includes("mutate-directory") ? `${name} write` : name;
    });
  };

  test("narrows to reading, to parts, to nothing", async () => {
    expect(await directories({ write: [root] })).toEqual(["/guest write"]);
    expect(await directories({ write: [root] }, "read")).toEqual(["/guest"]);
    expect(await directories({ read: [inside] })).toEqual(["/guest"]);
    expect(await directories({ read: [inside], write: [join(inside, "dir")] })).toEqual(["/guest"]);
    const [deep, dir] = [join(inside, "dir", "deep"), join(inside, "dir")];
    mkdirSync(deep);
    expect(await directories({ write: [deep] })).toEqual(["/guest/dir/deep write"]);
    expect(await directories({ read: [dir], write: [deep] })).toEqual(["/guest/dir"]);
    expect(await directories({ read: [join(inside, "dir")] })).toEqual(["/guest/dir"]);
    expect(await directories({ write: [join(inside, "file"), join(inside, "none"), `${inside}x`] })).toEqual([]);
    expect(await directories({})).toEqual([]);
  });

  describe("to write in a part of what may be read", () => {
    const create = [["create"], ["write"]] as const;
    let probe: Awaited<ReturnType<typeof probeOf>>;
    const refused: string[] = [];
    beforeEach(async () => {
      refused.length = 0;
      for (const path of ["a/out/deep", "a/out2"]) mkdirSync(join(inside, path), { recursive: true });
      symlinkSync("a/out", join(inside, "way-in"));
      symlinkSync("../../file", join(inside, "a", "out", "way-out"));
      const policy = policyOf({ read: [inside], write: [join(inside, "a", "out"), join(inside, "none")] });
      const onWriteRefused = (path: string) => void refused.push(path);
      probe = await probeOf({ systems: [new WasiDir(inside, { access: "write", onWriteRefused })], policy });
    });

    test("changes what is below it, by any way", () => {
      const ways = ["a/out/x", "a/out/deep/x", "way-in/y", "a/out/deep/../z", "dir/../a/out/v"];
      for (const path of ways)
        expect(probe.call("open-at", 1, ["symlink-follow"], path, ...create)).toHaveProperty("ok");
      expect(readdirSync(join(inside, "a", "out")).sort()).toEqual(["deep", "v", "way-out", "x", "y", "z"]);
      expect(probe.call("rename-at", 1, "a/out/x", 1, "a/out/deep/w")).toHaveProperty("ok");
      expect(probe.call("set-times-at", 1, [], "a/out", "now", "now")).toHaveProperty("ok");
      const { ok: opened } = probe.call("open-at", 1, [], "a/out/deep", [], ["read", "mutate-directory"]) as {
        ok: number;
      };
      expect(probe.call("get-flags", opened)).toEqual({ ok: ["mutate-directory", "read"] });
      expect(probe.call("unlink-file-at", opened, "w")).toHaveProperty("ok");
      expect(refused).toEqual([]);
    });

    test("changes nothing around it", () => {
      const ways = ["file", "a/x", "a/out2/x", "a/out/../x", "a/out/way-out", "way-in/../x"];
      for (const path of ways)
        expect(probe.err("open-at", 1, ["symlink-follow"], path, ...create)).toBe("not-permitted");
      expect(refused).toEqual(["file", "a/x", "a/out2/x", "a/x", "file", "a/x"].map((path) => join(inside, path)));
      expect(probe.err("rename-at", 1, "file", 1, "a/out/file")).toBe("not-permitted");
      expect(probe.err("rename-at", 1, "a/out/deep", 1, "a/deep")).toBe("not-permitted");
      expect(probe.err("rename-at", 1, "a/out", 1, "a/out3")).toBe("not-permitted");
      expect(probe.err("link-at", 1, [], "file", 1, "a/out/file")).toBe("not-permitted");
      expect(probe.err("remove-directory-at", 1, "a/out2")).toBe("not-permitted");
      expect(probe.err("create-directory-at", 1, "none")).toBe("not-permitted");
      expect(probe.err("symlink-at", 1, "out", "a/link")).toBe("not-permitted");
      expect(probe.err("set-times-at", 1, [], "file", "now", "now")).toBe("not-permitted");
      const { ok: opened } = probe.call("open-at", 1, [], "file", [], ["read"]) as { ok: number };
      expect(probe.err("set-size", opened, 0)).toBe("not-permitted");
      expect(readFileSync(join(inside, "file"), "utf8")).toBe("hello");
      expect(readdirSync(join(inside, "a")).sort()).toEqual(["out", "out2"]);
    });
  });
});

test("a directory that is not there, or was disposed of, does not link", async () => {
  expect(() => new WasiDir(join(root, "none"))).toThrow(LinkError);
  expect(() => new WasiDir(join(root, "secret"))).toThrow(LinkError);
  expect(() => new WasiDir(join(root, "secret"))).toThrow(/secret': it is not a directory$/);
  expect(() => new WasiDir(join(root, "secret", "in"))).toThrow("a part of its path is not a directory");
  const system = new WasiDir(inside);
  system[Symbol.dispose]();
  expect(await failureOf(probeOf({ systems: [system] }))).toMatchObject({ code: "link" });
});
