/** What a WasiDir opens for an instance is closed: when it is dropped, and when the instance ends, however it does. */
import { afterEach, beforeEach, expect, spyOn, test } from "bun:test";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assemble } from "../../tests/components/assemble.ts";
import { probeInstance, probeOf } from "../../tests/components/wasi/filesystem-probe.ts";
import { instantiate, policyOf } from "../../tests/components/wasi/instantiate.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import { Runtime } from "../runtime/runtime.ts";
import { WasiDir } from "./dir.ts";
import { cLibrary, files, flags } from "./filesystem/host-files.ts";

let inside = "";

beforeEach(() => {
  inside = mkdtempSync(join(tmpdir(), "wasi-dir-"));
  mkdirSync(join(inside, "dir"));
  writeFileSync(join(inside, "file"), "hello");
});

afterEach(() => rmSync(inside, { recursive: true, force: true }));

/** Of this test's directory: others are closed whenever they are collected. */
const openFiles = (): number =>
  readdirSync("/proc/self/fd").filter((fd) => {
    const path = `/proc/self/fd/${fd}`;
    return existsSync(path) && readlinkSync(path).startsWith(inside);
  }).length;

test("files are closed when the instance ends, and when they are dropped", async () => {
  const system = new WasiDir(inside, { access: "write" });
  const before = openFiles();
  const { call, ok, instance } = await probeOf({ systems: [system] });
  for (let round = 0; round < 5; round += 1) ok("open-at", 1, [], "file", [], ["read", "write"]);
  ok("read-via-stream", 2, 0);
  ok("append-via-stream", 2);
  ok("read-directory", 1);
  call("drop-descriptor", 2);
  expect(openFiles()).toBeGreaterThan(before);
  await instance.terminate();
  expect(openFiles()).toBe(before);
  system[Symbol.dispose]();
  expect(openFiles()).toBe(before - 1);
});

/** Allocates nothing when it is asked to, and is asked for directories when it is made, or later. */
const failing = (name: string, { atStart = false } = {}): string => `(component
  (import "wasi:filesystem/types@0.2.0" (instance $types (export "descriptor" (type $d (sub resource)))))
  (alias export $types "descriptor" (type $d))
  (import "wasi:filesystem/preopens@0.2.0" (instance $preopens
    (alias outer 1 $d (type $outer)) (export "descriptor" (type $own (eq $outer)))
    (export "get-directories" (func (result (list (tuple (own $own) string)))))))
  (core module $Memory (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "none") (param i32 i32 i32 i32) (result i32) (i32.const -1))
    (func (export "bump") (param i32 i32 i32 i32) (result i32)
      (global.set $next (i32.add (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)) (local.get 3)))
      (i32.sub (global.get $next) (local.get 3))))
  (core instance $libc (instantiate $Memory))
  (core func $get (canon lower (func $preopens "get-directories")
    (memory (core memory $libc "memory")) (realloc (core func $libc "${name}"))))
  (core module $M (import "" "get" (func $get (param i32)))
    (func $run (export "run") (call $get (i32.const 0)))
    (func (export "spin") (call $get (i32.const 0)) (loop (br 0)))
    (func $start (call $get (i32.const 0)) unreachable)
    ${atStart ? "(start $start)" : ""})
  (core instance $m (instantiate $M (with "" (instance (export "get" (func $get))))))
  (func (export "run") (canon lift (core func $m "run")))
  (func (export "spin") (canon lift (core func $m "spin"))))`;
const builderOf = async (text: string, system: WasiDir) => {
  const runtime = new Runtime();
  return runtime.instance(await runtime.load((await assemble([text]))(text))).linkSystem(system);
};

test("files that could not be given to the guest are closed at once", async () => {
  const system = new WasiDir(inside);
  const before = openFiles();
  const instance = await (await builderOf(failing("none"), system)).instantiate();
  expect(await failureOf(instance.call("run"))).toMatchObject({ code: "trap" });
  expect(openFiles()).toBe(before);
});

test("files are closed when the instance traps as it is made", async () => {
  const system = new WasiDir(inside);
  const before = openFiles();
  expect(await failureOf((await builderOf(failing("bump", { atStart: true }), system)).instantiate())).toMatchObject({
    code: "trap",
  });
  expect(openFiles()).toBe(before);
});

test("files are closed when the budget is spent", async () => {
  const system = new WasiDir(inside);
  const before = openFiles();
  const instance = await (await builderOf(failing("bump"), system)).budget({ fuel: 10_000n }).instantiate();
  await instance.call("run");
  expect(openFiles()).toBe(before + 1);
  expect(await failureOf(instance.call("spin"))).toMatchObject({ field: "fuel" });
  expect(openFiles()).toBe(before);
});

test("files of others stay: an instance closes its own", async () => {
  const system = new WasiDir(inside);
  const builder = await builderOf(failing("bump"), system);
  const [one, other] = [await builder.instantiate(), await builder.instantiate()];
  const before = openFiles();
  await one.call("run");
  await other.call("run");
  await one.terminate();
  expect(openFiles()).toBe(before + 1);
  await other.terminate();
  expect(openFiles()).toBe(before);
});

test("files on the way to a part that is given are closed, wherever it ends", async () => {
  for (const part of ["dir/deep/deeper", "dir/none/deeper", "dir/file/deeper", "dir/link/deeper"]) {
    mkdirSync(join(inside, "dir", "deep", "deeper"), { recursive: true });
    writeFileSync(join(inside, "dir", "file"), "");
    if (!existsSync(join(inside, "dir", "link"))) symlinkSync("deep", join(inside, "dir", "link"));
    using system = new WasiDir(inside, { openFilesMax: 2 });
    const before = openFiles();
    const { instance } = await probeOf({ systems: [system], policy: policyOf({ read: [join(inside, part)] }) });
    expect(openFiles() - before).toBe(part === "dir/deep/deeper" || part === "dir/link/deeper" ? 1 : 0);
    await instance.terminate();
    expect(openFiles()).toBe(before);
  }
});

test("files are as many as are granted", async () => {
  const { ok, err, call } = await probeOf({ systems: [new WasiDir(inside, { openFilesMax: 3 })] });
  for (const handle of [2, 3]) expect(ok("open-at", 1, [], "file", [], ["read"])).toBe(handle);
  expect(err("open-at", 1, [], "file", [], ["read"])).toBe("insufficient-memory");
  call("drop-descriptor", 3);
  ok("open-at", 1, [], "file", [], ["read"]);
});

test("a directory that was disposed of stays that of the instances that have it, until they end", async () => {
  const before = openFiles();
  const system = new WasiDir(join(inside, "dir"), { access: "write" });
  const guests = [await instantiate("filesystem", { systems: [system] })];
  guests.push(await instantiate("filesystem", { systems: [system] }));
  system[Symbol.dispose]();
  system[Symbol.dispose]();
  // Whatever is opened next would get the numbers that are free.
  const others = [1, 2, 3].map(() => openSync(inside, "r"));
  for (const guest of guests) {
    const { call, err, ok } = probeInstance(guest);
    call("get-directories");
    expect(err("open-at", 1, [], "file", [], ["read"])).toBe("no-entry");
    expect(err("unlink-file-at", 1, "file")).toBe("no-entry");
    ok("create-directory-at", 1, "made");
    ok("remove-directory-at", 1, "made");
  }
  for (const fd of others) closeSync(fd);
  expect(openFiles()).toBe(before + 3);
  await guests[0]?.terminate();
  expect(openFiles()).toBe(before + 2);
  await guests[1]?.terminate();
  expect(openFiles()).toBe(before);
});

test("a directory is closed where the instance that it was linked to could not be made", async () => {
  const before = openFiles();
  const system = new WasiDir(inside);
  const builder = await builderOf(failing("bump"), system);
  const cause = new Error("no network");
  builder.linkHost(async () => Promise.reject(cause));
  expect(await failureOf(builder.instantiate())).toBe(cause);
  expect(openFiles()).toBe(before + 1);
  system[Symbol.dispose]();
  expect(openFiles()).toBe(before);
});

test("nothing that is opened is inherited by programs that the host starts", async () => {
  const typeAt = 18;
  const library = cLibrary();
  if (library === undefined) throw new Error("there is no C library");
  const getdents = library.getdents.bind(library);
  // As file systems do that do not know types of entries: each is opened to look.
  using dents = spyOn(library, "getdents").mockImplementation((fd, buffer) => {
    const end = getdents(fd, buffer);
    const view = new DataView(buffer.buffer, buffer.byteOffset);
    for (let at = 0; at < end; at += view.getUint16(at + 16, true)) view.setUint8(at + typeAt, 0);
    return end;
  });
  using opening = spyOn(files, "openSync");
  const { ok } = await probeOf({ systems: [new WasiDir(inside, { access: "write" })] });
  ok("open-at", 1, ["symlink-follow"], "file", ["create"], ["read", "write"]);
  ok("stat-at", 1, [], "dir/../file");
  const entries = ok("read-directory", 1) as number;
  const names = [1, 2].map(() => ok("entry", entries));
  expect(names).toContainEqual(expect.objectContaining({ type: "directory", name: "dir" }));
  expect(dents).toHaveBeenCalled();
  const inherited = opening.mock.calls.filter(([, given]) => ((given as number) & flags.closeOnExec) === 0);
  expect([opening.mock.calls.length > 5, inherited]).toEqual([true, []]);
});
