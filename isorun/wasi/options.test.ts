/** Options of the system components: what is misspelt, or of another kind, is refused where it is given, with a code. */
import { describe, expect, test } from "bun:test";
import { instantiate } from "../../tests/components/wasi/instantiate.ts";
import { failureOf, thrownBy } from "../errors/testing/failure-of.ts";
import { InterfaceTypes } from "../runtime/interface-types.ts";
import { type ClocksOptions, type MonotonicClock, type WallClock, WasiClocks } from "./clocks.ts";
import { WasiDenied } from "./denied.ts";
import { WasiDeniedDir } from "./denied-dir.ts";
import { WasiDir } from "./dir.ts";
import { WasiEnvironment } from "./environment.ts";
import { KeyStream } from "./key-stream.ts";
import { WasiRandom } from "./random.ts";

const wall = { nowNs: () => 1n, resolutionNs: 1n };

type Refusal = [made: new (...given: never[]) => object, given: readonly unknown[], message: string];

const refusals: readonly Refusal[] = [
  [WasiDir, [5], "WasiDir must be given a path, found 5"],
  [WasiDir, ["/", 5], "the options of WasiDir must be an object, found 5"],
  [WasiDir, ["/", { acess: "write" }], "WasiDir has no option 'acess': did you mean 'access'?"],
  [WasiDir, ["/", { access: "rw" }], "'access' must be 'read' or 'write', found 'rw'"],
  [WasiDir, ["/", { openFilesMax: "x" }], "'openFilesMax' must be a whole number that is not negative, found 'x'"],
  [WasiDir, ["/", { openFilesMax: -1 }], "'openFilesMax' must be a whole number that is not negative, found -1"],
  [
    WasiDir,
    ["/", { openFilesMax: Number.NaN }],
    "'openFilesMax' must be a whole number that is not negative, found NaN",
  ],
  [WasiDir, ["/", { guestPath: 5 }], "'guestPath' must be a string, found 5"],
  [WasiDir, ["/", { onPathOut: "log" }], "'onPathOut' must be given a function, found 'log'"],
  [WasiDir, ["/", { onKernelPath: "log" }], "'onKernelPath' must be given a function, found 'log'"],
  [WasiDir, ["/", { onLinkAcross: "log" }], "'onLinkAcross' must be given a function, found 'log'"],
  [WasiDeniedDir, [7], "WasiDeniedDir must be given a path, found 7"],
  [WasiDeniedDir, [".", { onAsked: 7 }], "'onAsked' must be given a function, found 7"],
  [WasiDeniedDir, [".", { onask: () => undefined }], "WasiDeniedDir has no option 'onask': did you mean 'onAsked'?"],
  [WasiRandom, [{ seed: 5 }], "a seed must be a bigint, found 5"],
  [WasiRandom, [{ seeds: 5n }], "WasiRandom has no option 'seeds': did you mean 'seed'?"],
  [WasiRandom, [[]], "the options of WasiRandom must be an object, found an array"],
  [WasiRandom, [new Map([["seed", 5n]])], "the options of WasiRandom must be an object, found one of another kind"],
  [WasiRandom, [Object.create({ seed: 5n, seeds: 5n })], "WasiRandom has no option 'seeds': did you mean 'seed'?"],
  [WasiRandom, [5n], "the options of WasiRandom must be an object, found 5n"],
  [WasiEnvironment, [{ args: "abc" }], "'args' must be an array of strings, found 'abc'"],
  [WasiEnvironment, [{ args: ["app", 5] }], "argument 1 must be a string, not of type number"],
  [WasiEnvironment, [{ variables: { PORT: 80 } }], "the variable 'PORT' must be a string, not of type number"],
  [WasiEnvironment, [{ variables: { "A=B": "" } }], "the name of the variable \"A=B\" has a '=' in it"],
  [WasiEnvironment, [{ variables: { "": "x" } }], "the name of a variable is empty"],
  [WasiEnvironment, [{ variables: ["A"] }], "'variables' must be an object of strings by their names, found an array"],
  ...[Promise.resolve({ A: "b" }), new Date(0), new Error("A"), new URLSearchParams("A=b"), new Map([["A", "b"]])].map(
    (variables): Refusal => [
      WasiEnvironment,
      [{ variables }],
      "'variables' must be an object of strings by their names, found one of another kind",
    ],
  ),
  [
    WasiEnvironment,
    [{ variables: Object.create({ LANG: "C" }) }],
    "'variables' must be an object with properties of its own, found one that inherits 'LANG'",
  ],
  [WasiEnvironment, [{ initialCwd: 5 }], "the directory must be a string, not of type number"],
  [WasiEnvironment, [{ cwd: "/" }], "WasiEnvironment has no option 'cwd': it has args, variables, initialCwd"],
  [WasiClocks, [{ wal: wall }], "WasiClocks has no option 'wal': did you mean 'wall'?"],
  [WasiClocks, [{ wall: 5 }], "'wall' must be a clock, found 5 without 'nowNs'"],
  [WasiClocks, [{ wall: { nowNs: () => 1n } }], "'resolutionNs' of 'wall' must be a bigint, found undefined"],
  [WasiClocks, [{ monotonic: wall }], "'monotonic' must be a clock, found an object without 'sleep'"],
  [WasiDenied, [{ onDenied: () => undefined }], "WasiDenied has no option 'onDenied': did you mean 'onDenial'?"],
  [WasiDenied, [{ onDenial: "log" }], "'onDenial' must be given a function, found 'log'"],
  [InterfaceTypes, [5], "InterfaceTypes must be given texts, found 5"],
];

test.each(refusals)("%p, case %#", (Made, given, message) => {
  const failure = thrownBy(() => new Made(...(given as never[]))); // whatever JavaScript may hold
  expect(failure).toBeInstanceOf(TypeError);
  expect(failure).toMatchObject({ code: "invalid-argument", message });
});

class Seeded {
  get seed(): bigint {
    return 7n;
  }
}

test.each<[string, object]>([
  ["a property", { seed: 7n }],
  ["a getter of a class", new Seeded()],
  ["an inherited one", Object.create({ seed: 7n })],
])("%s is an option", async (_, options) => {
  const instance = await instantiate("random", { systems: [new WasiRandom(options)] });
  expect(await instance.call("u64")).toBe(
    new DataView(new KeyStream(sevenKey, 0).bytes(8).buffer).getBigUint64(0, true),
  );
});

const sevenKey = Uint8Array.from({ length: 32 }, (__, index) => (index === 0 ? 7 : 0));

test("what WasiEnvironment has checked is what it gives, whatever becomes of the options", async () => {
  const [args, variables] = [["app"], { LANG: "C" }];
  const options = { args, variables, initialCwd: "/" };
  const system = new WasiEnvironment(options);
  args.push("a\0b");
  variables.LANG = "\0";
  options.initialCwd = "\0";
  const instance = await instantiate("environment", { systems: [system] });
  expect(await instance.call("arguments")).toEqual(["app"]);
  expect(await instance.call("variables")).toEqual([["LANG", "C"]]);
  expect(await instance.call("cwd")).toBe("/");
});

test("who is told of denials cannot be async: a promise is a trap, and its failure ends no process", async () => {
  const onDenial = async (): Promise<never> => Promise.reject(new Error("no log"));
  const instance = await instantiate("denied", { systems: [new WasiDenied({ onDenial })] });
  expect(await failureOf(instance.call("resolve"))).toMatchObject({
    code: "trap",
    message: "a function of the host failed: 'onDenial' answered with a promise, for which nothing waits",
    cause: { code: "invalid-argument" },
  });
});

describe("a clock that answers with", () => {
  const sleep: MonotonicClock["sleep"] = async () => undefined;
  const nows: readonly [what: string, now: () => unknown, words: string][] = [
    ["a promise", () => Promise.reject(new Error("no clock")), "answered with a promise, for which a guest"],
    ["a number", () => 5, "must answer with a bigint, found 5"],
  ];
  for (const [what, now, words] of nows) {
    test(`${what} is a trap that says so`, async () => {
      const nowNs = now as () => bigint; // what a program without types gives
      const clocks: ClocksOptions = {
        wall: { nowNs, resolutionNs: 1n },
        monotonic: { nowNs, resolutionNs: 1n, sleep },
      };
      for (const name of ["wall", "monotonic"]) {
        const instance = await instantiate("clocks", { systems: [new WasiClocks(clocks)] });
        expect(await failureOf(instance.call(name === "wall" ? "wall-now" : "now"))).toMatchObject({
          message: expect.stringContaining(`'nowNs' of '${name}' ${words}`),
          cause: { code: "invalid-argument" },
        });
      }
    });
  }

  test("times of its own may be an object with methods", async () => {
    class Clock implements WallClock {
      readonly resolutionNs = 1n;
      readonly #seconds = 7n;
      nowNs(): bigint {
        return this.#seconds * 1_000_000_000n;
      }
    }
    const instance = await instantiate("clocks", { systems: [new WasiClocks({ wall: new Clock() })] });
    expect(await instance.call("wall-now")).toEqual({ seconds: 7n, nanoseconds: 0 });
  });
});
