/** Below a path of the host that is longer than the kernel tells, which a guest can make by itself. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { closeSync, constants, mkdirSync, mkdtempSync, openSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Probe, probeOf } from "../../tests/components/wasi/filesystem-probe.ts";
import { policyOf } from "../../tests/components/wasi/instantiate.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import { type DirOptions, type PathOut, WasiDir } from "./dir.ts";

let inside = "";
const ends: (() => Promise<void>)[] = [];
beforeEach(() => {
  inside = mkdtempSync(join(tmpdir(), "long-host-paths-"));
});
// What they hold open would be in the way of tests that read where open files are.
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  rmSync(inside, { recursive: true, force: true });
});

async function probed(system: WasiDir): Promise<Probe> {
  const probe = await probeOf({ systems: [system] });
  ends.push(async () => {
    await probe.instance.terminate();
    system[Symbol.dispose]();
  });
  return probe;
}

const name = "d".repeat(250);
const levels = 17;

/** The last of so many directories in each other; closed by who asked for it. */
function makeDeep(): number {
  const directory = constants.O_RDONLY | constants.O_DIRECTORY;
  let deepest = openSync(inside, directory);
  for (let level = 0; level < levels; level += 1) {
    const next = `/proc/self/fd/${deepest}/${name}`;
    mkdirSync(next);
    const inner = openSync(next, directory);
    closeSync(deepest);
    deepest = inner;
  }
  return deepest;
}

const probeWith = async (options: DirOptions): Promise<Probe> =>
  probed(new WasiDir(inside, { guestPath: "/data", ...options }));

function openDeep({ ok }: Probe): number {
  let directory = 1;
  for (let level = 0; level < levels; level += 1) {
    directory = ok("open-at", directory, [], name, ["directory"], ["read"]) as number;
  }
  return directory;
}

test("changes that are refused are told with the directory that was given", async () => {
  closeSync(makeDeep());
  const refused: string[] = [];
  const probe = await probeWith({ onWriteRefused: (path) => void refused.push(path) });
  const deep = openDeep(probe);
  expect(probe.err("create-directory-at", deep, "made")).toBe("not-permitted");
  expect(probe.err("set-times", deep, "now", "now")).toBe("not-permitted");
  expect(refused).toEqual([`${inside}/…`, `${inside}/…`]);
});

test("so are paths that lead out", async () => {
  closeSync(makeDeep());
  const outs: PathOut[] = [];
  const probe = await probeWith({ onPathOut: (out) => void outs.push(out) });
  const deep = openDeep(probe);
  expect(probe.err("stat-at", deep, [], "../x")).toBe("not-permitted");
  expect(probe.err("stat-at", deep, [], "/x")).toBe("not-permitted");
  const told = { capability: "read", directory: inside } as const;
  expect(outs).toEqual([
    { ...told, guestPath: "/data/…/../x", hostPath: `${inside}/…`, isAbsolute: false },
    { ...told, guestPath: "/x", hostPath: "/x", isAbsolute: true },
  ]);
});

test("what was moved out of the directory has no name in it", async () => {
  const [given, elsewhere] = [join(inside, "given"), join(inside, "elsewhere")];
  mkdirSync(join(given, "dir"), { recursive: true });
  const outs: PathOut[] = [];
  const system = new WasiDir(given, { guestPath: "/data", onPathOut: (out) => void outs.push(out) });
  const { err, ok } = await probed(system);
  const dir = ok("open-at", 1, [], "dir", [], ["read"]) as number;
  renameSync(join(given, "dir"), elsewhere);
  expect(err("stat-at", dir, [], "../x")).toBe("not-permitted");
  expect(outs).toMatchObject([{ guestPath: "/data/…/../x", hostPath: `${elsewhere}/../x`, directory: given }]);
});

test("a directory that was moved there is told by the path that it was given by, and no policy grants parts of it", async () => {
  const given = join(inside, "given");
  mkdirSync(given);
  const outs: PathOut[] = [];
  const system = new WasiDir(given, { onPathOut: (out) => void outs.push(out) });
  const { err } = await probed(system);
  const deep = makeDeep();
  const moved = `/proc/self/fd/${deep}/given`;
  try {
    renameSync(given, moved);
    expect(err("stat-at", 1, [], "../x")).toBe("not-permitted");
    expect(outs).toMatchObject([{ guestPath: "/…/../x", hostPath: `${given}/…`, directory: given }]);
    const failure = await failureOf(probeOf({ systems: [system], policy: policyOf({ read: ["/"] }) }));
    expect(failure).toMatchObject({
      code: "link",
      message: expect.stringContaining(
        `cannot give the directory '${given}': its path is longer than the kernel tells`,
      ),
    });
  } finally {
    rmdirSync(moved);
    closeSync(deep);
  }
});
