/** Which flag a path that leads out of its directory is told with. */
import { expect, test } from "bun:test";
import { definePolicy } from "@vivarium/core/policy/define-policy";
import { silentReport } from "@vivarium/core/report";
import { Refusals } from "./refusals.ts";

const policy = definePolicy({ capabilities: { read: ["data"] } }, { base: "/home/me", platform: "linux" });
const directory = "/home/me/data";

const denied = (guestPath: string, hostPath: string, isAbsolute = false) => {
  const refusals = new Refusals({ report: silentReport, policy, cwd: "/home/me" });
  refusals.onPathOut({ capability: "read", guestPath, hostPath, isAbsolute, directory });
  return refusals.denied;
};

test.each([
  ["./data/../p.toml", `${directory}/../p.toml`, "--allow-read=/home/me"],
  ["data/..", `${directory}/..`, "--allow-read=/home/me"],
  ["data/../../x", `${directory}/../../x`, "--allow-read=/home"],
])("%s is led to by a directory around both", (guestPath, hostPath, flag) => {
  const requested = guestPath.replace("./data", "data");
  expect(denied(guestPath, hostPath)).toEqual({ capability: "read", deniedBy: "caller", requested, flag });
});

test.each([
  ["data/../other/x", `${directory}/../other/x`, false],
  ["data/../../../x", `${directory}/../../../x`, false],
  ["data/link", "/home/me/p.toml", true],
])("%s is led to by no directory, or by the whole disk: no flag is named", (requested, hostPath, isAbsolute) => {
  expect(denied(requested, hostPath, isAbsolute)).toEqual({ capability: "read", deniedBy: "caller", requested });
});

test("what is given under another name is no denial", () => {
  expect(denied("data/link", "/home/me/data/x", true)).toBeUndefined();
});
