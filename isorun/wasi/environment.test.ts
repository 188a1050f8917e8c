import { describe, expect, test } from "bun:test";
import { instantiate, policyOf } from "../../tests/components/wasi/instantiate.ts";
import { ExitError } from "../errors/errors.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import { WasiEnvironment } from "./environment.ts";

describe("the environment", () => {
  test("is what was given", async () => {
    const options = { args: ["app", "--größe", ""], variables: { LANG: "C", EMPTY: "" }, initialCwd: "/data" };
    const instance = await instantiate("environment", { systems: [new WasiEnvironment(options)] });
    expect(await instance.call("arguments")).toEqual(["app", "--größe", ""]);
    expect(await instance.call("variables")).toEqual([
      ["LANG", "C"],
      ["EMPTY", ""],
    ]);
    expect(await instance.call("cwd")).toBe("/data");
  });

  test("may be that of the process: what is not set there is no variable", async () => {
    const instance = await instantiate("environment", { systems: [new WasiEnvironment({ variables: process.env })] });
    const given = (await instance.call("variables")) as readonly (readonly [string, string])[]; // as its type says
    // Not their values, which a test that fails would show.
    expect(given.map(([name]) => name)).toEqual(Object.keys(process.env));
    const variables = { SET: "1", UNSET: undefined };
    const other = await instantiate("environment", { systems: [new WasiEnvironment({ variables })] });
    expect(await other.call("variables")).toEqual([["SET", "1"]]);
  });

  test("is empty if nothing was given: nothing of the host's shows", async () => {
    const instance = await instantiate("environment", { systems: [new WasiEnvironment()] });
    expect(await instance.call("arguments")).toEqual([]);
    expect(await instance.call("variables")).toEqual([]);
    expect(await instance.call("cwd")).toBeUndefined();
  });
});

test("what no program can be started with is refused, and no value is told", () => {
  for (const [options, message] of [
    [{ args: ["app", "a\0b"] }, "argument 1 has a NUL in it"],
    [{ args: ["\ud800"] }, "argument 0 has an unpaired surrogate in it"],
    [{ variables: { TOKEN: "secret\0" } }, "the variable 'TOKEN' has a NUL in it"],
    [{ variables: { "A\0B": "" } }, 'the name of the variable "A\\u0000B" has a NUL in it'],
    [{ initialCwd: "/\0" }, "the directory has a NUL in it"],
  ] as const) {
    expect(() => new WasiEnvironment(options)).toThrow(new TypeError(message));
  }
});

test("a policy narrows the variables", async () => {
  const variables = { LANG: "C", LC_ALL: "C", SECRET: "x" };
  const systems = [new WasiEnvironment({ variables })];
  const instance = await instantiate("environment", { systems, policy: policyOf({ env: ["LANG", "LC_*"] }) });
  expect(await instance.call("variables")).toEqual([
    ["LANG", "C"],
    ["LC_ALL", "C"],
  ]);
});

describe("an exit", () => {
  for (const [name, args, status] of [
    ["exit", [{ tag: "ok" }], 0],
    ["exit", [{ tag: "err" }], 1],
    ["exit-with-code", [42], 42],
    ["exit-caught", [], 3],
  ] as const) {
    test(`${name}(${JSON.stringify(args)}) ends the instance with ${status}`, async () => {
      const instance = await instantiate("environment", { systems: [new WasiEnvironment()] });
      const exit = await failureOf(instance.call(name, args));
      expect(exit).toBeInstanceOf(ExitError);
      expect(exit).toMatchObject({ code: "exit", status });
      expect(instance.state).toBe("terminated");
      expect(await failureOf(instance.call("cwd"))).toMatchObject({ code: "cannot-enter" });
    });
  }
});
