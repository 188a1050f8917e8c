/** Which flag a path that leads out of its directory is told with. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { definePolicy } from "@vivarium/core/policy/define-policy";
import { silentReport } from "@vivarium/core/report";
import { Refusals } from "./refusals.ts";

const policy = definePolicy({ capabilities: { read: ["data"] } }, { base: "/srv/guests", platform: "linux" });
const directory = "/srv/guests/data";

const denied = (guestPath: string, hostPath: string, isAbsolute = false) => {
  const refusals = new Refusals({ report: silentReport, policy, cwd: "/srv/guests" });
  refusals.onPathOut({ capability: "read", guestPath, hostPath, isAbsolute, directory });
  return refusals.denied;
};

test.each([
  ["./data/../p.toml", `${directory}/../p.toml`, "--allow-read=/srv/guests"],
  ["data/..", `${directory}/..`, "--allow-read=/srv/guests"],
  ["data/../../x", `${directory}/../../x`, "--allow-read=/srv"],
])("%s is led to by a directory around both", (guestPath, hostPath, flag) => {
  const requested = guestPath.replace("./data", "data");
  expect(denied(guestPath, hostPath)).toEqual({ capability: "read", deniedBy: "caller", requested, flag });
});

test.each([
  ["data/../other/x", `${directory}/../other/x`, false],
  ["data/../../../x", `${directory}/../../../x`, false],
  ["data/link", "/srv/guests/p.toml", true],
])("%s is led to by no directory, or by the whole disk: no flag is named", (requested, hostPath, isAbsolute) => {
  expect(denied(requested, hostPath, isAbsolute)).toEqual({ capability: "read", deniedBy: "caller", requested });
});

test("what is given under another name is no denial", () => {
  expect(denied("data/link", "/srv/guests/data/x", true)).toBeUndefined();
});

interface Asking {
  readonly guestPath?: string;
  readonly capability?: "read" | "write";
  readonly cwd?: string;
}

describe("what is asked outside of all that was given", () => {
  const asked = (path: string, { guestPath = "/", capability = "read", cwd = import.meta.dir }: Asking = {}) => {
    const refusals = new Refusals({ report: silentReport, policy, cwd });
    refusals.onAsked({ capability, path, guestPath });
    return refusals;
  };
  const denial = { capability: "read", deniedBy: "caller" };

  test("is meant from the working directory, where it is there", () => {
    const flag = `--allow-read=${import.meta.dir}`;
    expect(asked("testing/..", {}).denied).toEqual({ ...denial, requested: "testing/..", flag } as never);
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

  test("never makes the whole disk recommended", () => {
    expect(asked("new", { capability: "write", cwd: "/" }).denied).not.toHaveProperty("flag");
  });

  test.each(["read", "write"] as const)("is nobody's denial where there is nothing: %s", (capability) => {
    const refusals = asked("nowhere/x", { capability });
    expect(refusals.denied).toBeUndefined();
    expect(refusals.absent).toEqual({ capability, path: "nowhere/x" });
  });
});
