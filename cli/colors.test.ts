import { describe, expect, test } from "bun:test";
import { paintOf, wantsColor } from "./colors.ts";

describe("wantsColor", () => {
  test.each([
    ["a terminal", {}, true, "auto", true],
    ["no terminal", {}, false, "auto", false],
    ["NO_COLOR", { NO_COLOR: "1" }, true, "auto", false],
    ["an empty NO_COLOR", { NO_COLOR: "" }, true, "auto", true],
    ["NO_COLOR before FORCE_COLOR", { NO_COLOR: "1", FORCE_COLOR: "1" }, true, "auto", false],
    ["FORCE_COLOR", { FORCE_COLOR: "1" }, false, "auto", true],
    ["FORCE_COLOR=0", { FORCE_COLOR: "0" }, true, "auto", false],
    ["CLICOLOR_FORCE", { CLICOLOR_FORCE: "1" }, false, "auto", true],
    ["CLICOLOR=0", { CLICOLOR: "0" }, true, "auto", false],
    ["CLICOLOR=1 without a terminal", { CLICOLOR: "1" }, false, "auto", false],
    ["TERM=dumb", { TERM: "dumb" }, true, "auto", false],
    ["FORCE_COLOR on TERM=dumb", { TERM: "dumb", FORCE_COLOR: "1" }, true, "auto", true],
    ["--color always", { NO_COLOR: "1" }, false, "always", true],
    ["--color never", { FORCE_COLOR: "1" }, true, "never", false],
  ] as const)("%s", (_, environment, isTerminal, choice, wanted) => {
    expect(wantsColor({ choice, environment, isTerminal })).toBe(wanted);
  });
});

test("paint wraps what it paints, nothing else", () => {
  expect(paintOf(true).red("x")).toBe("\u001b[31mx\u001b[39m");
  expect(paintOf(true).red("")).toBe("");
  expect(paintOf(false).red("x")).toBe("x");
});
