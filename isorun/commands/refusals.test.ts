/** What becomes of a path that was refused: whose denial it is, and which flag is told with it. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderProblem } from "@vivarium/core/diagnostic";
import { denialProblem } from "@vivarium/core/policy/allows";
import { definePolicy } from "@vivarium/core/policy/define-policy";
import { policyDiagnostics } from "@vivarium/core/policy/diagnostics";
import { type Report, silentReport } from "@vivarium/core/report";
import { Refusals } from "./refusals.ts";

const root = mkdtempSync(join(tmpdir(), "refusals-"));
const guests = join(root, "guests");
for (const folder of ["data", "other"]) mkdirSync(join(guests, folder), { recursive: true });
for (const file of ["p.toml", "data/x", "other/x", "../x"]) writeFileSync(join(guests, file), "");
afterAll(() => rmSync(root, { recursive: true }));

const policy = definePolicy({ capabilities: { read: ["data"] } }, { base: guests, platform: "linux" });
const directory = join(guests, "data");

const refusedOut = (guestPath: string, hostPath: string, isAbsolute = false) => {
  const refusals = new Refusals({ report: silentReport, policy, cwd: guests });
  refusals.onPathOut({ capability: "read", guestPath, hostPath, isAbsolute, directory });
  return refusals;
};

test.each([
  ["./data/../p.toml", `${directory}/../p.toml`, `--allow-read=${guests}`],
  ["data/..", `${directory}/..`, `--allow-read=${guests}`],
  ["data/../../x", `${directory}/../../x`, `--allow-read=${root}`],
])("%s is led to by a directory around both", (guestPath, hostPath, flag) => {
  const requested = guestPath.replace("./data", "data");
  expect(refusedOut(guestPath, hostPath).denied).toEqual({ capability: "read", deniedBy: "caller", requested, flag });
});

test.each([
  ["data/../other/x", `${directory}/../other/x`, false],
  ["data/../../../../../../dev/null", `${directory}/../../../../../../../../../dev/null`, false],
  ["data/../../../../../..", "/", false],
  ["data/link", join(guests, "p.toml"), true],
])("%s is led to by no directory, or by the whole disk: no flag is named", (requested, hostPath, isAbsolute) => {
  expect(refusedOut(requested, hostPath, isAbsolute).denied).toEqual({
    capability: "read",
    deniedBy: "caller",
    requested,
  });
});

test("a way out to what is given is no denial: no flag is needed, but another name", () => {
  const { denied, detour } = refusedOut("data/link", join(directory, "x"), true);
  expect(denied).toBeUndefined();
  expect(detour).toEqual({ capability: "read", path: "data/link", given: join(directory, "x") });
});

test("a way out to what is not there is no denial", () => {
  const { denied, absent } = refusedOut("data/../y", `${directory}/../y`);
  expect(denied).toBeUndefined();
  expect(absent.told).toEqual({ asked: [{ capability: "read", path: "data/../y" }], isCut: false });
});

test.each([
  ["/new", { capability: "write", deniedBy: "caller", requested: "/" }],
  [
    join(guests, "p.toml"),
    { capability: "write", deniedBy: "caller", requested: guests, flag: `--allow-write=${guests}` },
  ],
])("a change of %s names its directory, and never the whole disk", (path, denied) => {
  const refusals = new Refusals({ report: silentReport, policy, cwd: guests });
  refusals.onWriteRefused(path);
  expect(refusals.denied).toEqual(denied as never);
});

describe("a hard link from one directory to another", () => {
  const writing = definePolicy({ capabilities: { write: ["data", "other"] } }, { base: guests, platform: "linux" });
  const linked = (from: string, to: string, { given = writing, names = ["data", "other"] } = {}) => {
    const refusals = new Refusals({ report: silentReport, policy: given, cwd: guests });
    const [fromName = "", toName = ""] = names;
    refusals.onLinkAcross({ from: { hostPath: from, givenAs: fromName }, to: { hostPath: to, givenAs: toName } });
    return refusals;
  };
  const denied = { capability: "write", deniedBy: "caller", requested: guests, flag: `--allow-write=${guests}` };

  test.each([[["data", "other"]], [[`${guests}/data`, `${guests}/other`]]])(
    "%j is allowed by one around both",
    (names) => {
      for (const given of [writing, policy]) {
        const { denied: told, link } = linked(`${guests}/data/x`, `${guests}/other/new`, { given, names });
        expect(told).toEqual(denied as never);
        expect(link).toBeUndefined();
      }
    },
  );

  test("is allowed by none where its ends are named in two ways, that one is given, or it is the whole disk", () => {
    const [file, name] = [`${guests}/data/x`, `${guests}/other/new`];
    const around = definePolicy({ capabilities: { write: ["."] } }, { base: guests, platform: "linux" });
    for (const refusals of [
      linked(file, name, { names: ["data", `${guests}/other`] }),
      linked(file, name, { given: around, names: [".", guests] }),
      linked(file, name, { given: around }),
    ]) {
      expect(refusals.denied).toBeUndefined();
      expect(refusals.link).toEqual({ file, name });
    }
    expect(linked(file, "/dev/shm/x", { names: [guests, "/dev/shm"] }).link).toEqual({ file, name: "/dev/shm/x" });
  });
});

interface Asking {
  readonly guestPath?: string;
  readonly capability?: "read" | "write";
  readonly cwd?: string;
}

test("a flag for a directory whose name has a line end is one word on one line", () => {
  const flag = "--allow-read=/a\nb";
  const denied = denialProblem({ capability: "read", deniedBy: "caller", requested: "/a\nb/x", flag });
  const { message, hint, fixes } = renderProblem(denied, policyDiagnostics);
  expect(message).not.toContain("\n");
  expect(hint).toBe("Allow it with `$'--allow-read=/a\\nb'`.");
  expect(fixes).toMatchObject([{ text: flag }]);
});

describe("what is asked outside of all that was given", () => {
  const asked = (path: string, { guestPath = "/", capability = "read", cwd = import.meta.dir }: Asking = {}) => {
    const refusals = new Refusals({ report: silentReport, policy, cwd });
    refusals.onAsked({ capability, path, guestPath });
    return refusals;
  };
  const denial = { capability: "read", deniedBy: "caller" };

  test("is meant from the working directory, where it is there", () => {
    const flag = `--allow-read=${import.meta.dir}`;
    expect(asked("testing/..").denied).toEqual({ ...denial, requested: "testing/..", flag } as never);
    expect(asked("testing/run-isorun.ts").denied).toHaveProperty("flag", `${flag}/testing`);
    expect(asked("testing/../run.ts").denied).toHaveProperty("flag", flag);
    expect(asked("testing/../testing/run-isorun.ts").denied).toHaveProperty("flag", flag);
    expect(asked(".").denied).toEqual({ ...denial, requested: ".", flag } as never);
    const write = asked("new", { capability: "write" }).denied;
    expect(write).toMatchObject({ requested: "new", flag: `--allow-write=${import.meta.dir}` });
  });

  test("is meant from the root, where it is only there", () => {
    const path = join(import.meta.dir, "run.ts");
    const expected = { ...denial, requested: path, flag: `--allow-read=${import.meta.dir}` };
    expect(asked(path.slice(1)).denied).toEqual(expected as never);
    const made = asked(join(import.meta.dir, "new").slice(1), { capability: "write" }).denied;
    expect(made).toMatchObject({ requested: join(import.meta.dir, "new"), flag: `--allow-write=${import.meta.dir}` });
  });

  test("is led to by the working directory where the program takes its first directory for the start", () => {
    const flag = `--allow-read=${import.meta.dir}`;
    for (const path of ["run.ts", "testing", "testing/run-isorun.ts", "testing/../run.ts"]) {
      expect(asked(path, { guestPath: "." }).denied).toEqual({ ...denial, requested: path, flag } as never);
    }
  });

  test.each([".", "/"])("is led to by no flag where the path leads out of the start, asked in %s", (guestPath) => {
    const path = "../commands/run.ts";
    expect(asked(path, { guestPath }).denied).toEqual({ ...denial, requested: path } as never);
    const absolute = join(import.meta.dir, "run.ts");
    expect(asked(absolute, { guestPath }).denied).toEqual({ ...denial, requested: absolute } as never);
  });

  test("is led to from the root by a directory that the path begins with, and never leaves", () => {
    const folder = join(import.meta.dir, "testing");
    const path = join(folder, "..", "run.ts");
    const [up, elsewhere] = [`${folder}/../run.ts`.slice(1), `usr/..${path}`];
    expect(asked(up).denied).toEqual({
      ...denial,
      requested: `/${up}`,
      flag: `--allow-read=${import.meta.dir}`,
    } as never);
    expect(asked(elsewhere).denied).toEqual({ ...denial, requested: `/${elsewhere}` } as never);
  });

  test("is no denial where it was given by another name", () => {
    const { denied, detour } = asked("data/../../guests/data/x", { cwd: guests });
    expect(denied).toBeUndefined();
    expect(detour).toMatchObject({ given: join(guests, "data", "x") });
  });

  test("never makes the whole disk recommended", () => {
    expect(asked("new", { capability: "write", cwd: "/" }).denied).not.toHaveProperty("flag");
  });

  test.each(["read", "write"] as const)("is nobody's denial where there is nothing: %s", (capability) => {
    const refusals = asked("nowhere/x", { capability });
    expect(refusals.denied).toBeUndefined();
    expect(refusals.absent.told?.asked).toEqual([{ capability, path: "nowhere/x" }]);
  });
});

describe("what is the kernel's own", () => {
  const kernels = { capability: "read", hostPath: "/proc/cpuinfo", fileSystem: "proc" } as const;

  test.each(["/proc/none", "/proc/none/at/all", "/sys/kernel/none/x"])(
    "%s is that too, though it is not there",
    (path) => {
      const refusals = new Refusals({ report: silentReport, policy, cwd: guests });
      for (const asked of [path, path.slice(1)]) refusals.onAsked({ capability: "read", path: asked, guestPath: "/" });
      expect(refusals.kernels.told?.asked).toEqual([{ capability: "read", path }]);
      expect(refusals.absent.told).toBeUndefined();
    },
  );

  test("does not hide the denial that a flag would mend", () => {
    const refusals = new Refusals({ report: silentReport, policy, cwd: guests });
    refusals.onKernelPath(kernels);
    refusals.onWriteRefused(join(guests, "out.txt"));
    expect(refusals.denied).toMatchObject({ capability: "write", flag: `--allow-write=${guests}` });
  });
});

describe("where a traceback names sources", () => {
  const options = { capability: "read", guestPath: "/" } as const;
  const header = 'Traceback (most recent call last):\n  File "/0/run.ts", line 1, in run\n';
  const lookUps = ["testing", "nowhere", "testing/run.ts", "nowhere/run.ts"];
  const flag = `--allow-read=${join(import.meta.dir, "testing")}`;

  /** Words of stderr have a line end. */
  const after = (...steps: readonly string[]) => {
    const refusals = new Refusals({ report: silentReport, policy, cwd: import.meta.dir });
    for (const step of steps) {
      if (step.includes("\n")) refusals.sources.read(new TextEncoder().encode(step));
      else refusals.onAsked({ ...options, path: step });
    }
    const { denied, absent, detour } = refusals;
    return { denied, absent: absent.told?.asked.map(({ path }) => path), detour };
  };
  const nothing = { denied: undefined, absent: undefined, detour: undefined };

  test.each([
    ["before it", [...lookUps, `${header}ValueError: x\n`]],
    ["while it is written", [header, ...lookUps, "ValueError: x\n"]],
    ["for two of them", [header, ...lookUps, "ValueError: x\n", ...lookUps, `${header}KeyError: y\n`]],
  ])("looking for them, and for the directories that they could be in, is no denial: %s", (_, steps) => {
    expect(after(...steps)).toEqual(nothing);
  });

  test.each([
    ["before it", ["testing/components.ts", ...lookUps, `${header}ValueError: x\n`]],
    ["behind it", [...lookUps, `${header}ValueError: x\n`, "testing/components.ts"]],
    ["as it says itself", [...lookUps, `${header}PermissionError: [Errno 2] Permission denied: 'testing'\n`]],
  ])("what else is refused counts: %s", (_, steps) => {
    expect(after(...steps).denied).toMatchObject({ flag });
  });

  test("what else is not there is told", () => {
    expect(after("none", ...lookUps, header).absent).toEqual(["none"]);
  });

  test("look-ups without number are no denial either, as long as they are of the traceback", () => {
    const many = Array.from({ length: 3000 }, (_, number) => `nowhere/${number}/run.ts`);
    expect(after(header, ...many)).toEqual(nothing);
    expect(after("first", ...Array.from({ length: 3000 }, (_, number) => `n${number}`), "last").absent).toEqual([
      "first",
      "n0",
      "n2999",
      "last",
    ]);
  });
});

describe("events tell", () => {
  const eventsOf = (ask: (refusals: Refusals) => void) => {
    const told: unknown[] = [];
    const emit: Report["emit"] = (kind, fields) => void told.push([kind, fields]);
    ask(new Refusals({ report: { ...silentReport, emit }, policy, cwd: guests }));
    return told;
  };
  const read = { capability: "read", guestPath: "/" } as const;

  test("a denial only of what is there, and was not given", () => {
    const told = eventsOf((refusals) => {
      for (const path of ["nowhere", "p.toml", "nowhere"]) refusals.onAsked({ ...read, path });
      const hostPath = join(directory, "x");
      refusals.onPathOut({ capability: "read", guestPath: "data/link", hostPath, isAbsolute: true, directory });
    });
    expect(told).toEqual([
      ["path.refused", { capability: "read", requested: "nowhere", reason: "absent" }],
      [
        "capability.denied",
        { capability: "read", requested: "p.toml", denied_by: "caller", flag: `--allow-read=${guests}` },
      ],
      ["path.refused", { capability: "read", requested: "data/link", reason: "elsewhere" }],
    ]);
  });

  test("denials that a flag would mend also behind very many of the kernel's own", () => {
    const told = eventsOf((refusals) => {
      for (let number = 0; number < 500; number += 1) {
        refusals.onKernelPath({ capability: "read", hostPath: `/proc/${number}`, fileSystem: "proc" });
      }
      refusals.onWriteRefused(join(guests, "out.txt"));
    });
    expect(told).toHaveLength(101);
    expect(told.at(-1)).toMatchObject(["capability.denied", { flag: `--allow-write=${guests}` }]);
  });

  test("denials also behind very much that is not there", () => {
    const told = eventsOf((refusals) => {
      for (let number = 0; number < 500; number += 1) refusals.onAsked({ ...read, path: `nowhere/${number}` });
      refusals.onAsked({ ...read, path: "p.toml" });
    });
    expect(told).toHaveLength(101);
    expect(told.at(-1)).toMatchObject(["capability.denied", { requested: "p.toml" }]);
  });
});
