import { describe, expect, test } from "bun:test";
import { instantiate, policyOf } from "../../tests/components/wasi/instantiate.ts";
import { TrapError } from "../errors/errors.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import { type MonotonicClock, WasiClocks } from "./clocks.ts";

const wall = { nowNs: () => 1_700_000_000_123_456_789n, resolutionNs: 1000n };

/** Stands at 500 ns. */
const standing: MonotonicClock = { nowNs: () => 500n, resolutionNs: 5n, sleep: () => Promise.resolve() };

describe("the wall clock", () => {
  test("tells seconds and nanoseconds", async () => {
    const instance = await instantiate("clocks", { systems: [new WasiClocks({ wall })] });
    expect(await instance.call("wall-now")).toEqual({ seconds: 1_700_000_000n, nanoseconds: 123_456_789 });
    expect(await instance.call("wall-resolution")).toEqual({ seconds: 0n, nanoseconds: 1000 });
  });

  test("has no time before 1970", async () => {
    const instance = await instantiate("clocks", {
      systems: [new WasiClocks({ wall: { ...wall, nowNs: () => -1n } })],
    });
    expect(await instance.call("wall-now")).toEqual({ seconds: 0n, nanoseconds: 0 });
  });

  test("is the platform's, if no other is given", async () => {
    const instance = await instantiate("clocks", { systems: [new WasiClocks()] });
    const before = BigInt(Date.now());
    const { seconds, nanoseconds } = (await instance.call("wall-now")) as { seconds: bigint; nanoseconds: number };
    const ms = seconds * 1000n + BigInt(nanoseconds / 1_000_000);
    expect(ms >= before && ms <= BigInt(Date.now())).toBe(true);
  });
});

describe("the monotonic clock", () => {
  test("tells its time and its resolution", async () => {
    const instance = await instantiate("clocks", { systems: [new WasiClocks({ monotonic: standing })] });
    expect(await instance.call("now")).toBe(500n);
    expect(await instance.call("resolution")).toBe(5n);
  });

  test("is the platform's, if no other is given, and does not run backwards", async () => {
    const now = (await instantiate("clocks", { systems: [new WasiClocks()] })).func("now") as () => bigint;
    const times = Array.from({ length: 100 }, () => now());
    expect(times).toEqual(times.toSorted((one, other) => (one < other ? -1 : one > other ? 1 : 0)));
  });

  test("knows which instants are past", async () => {
    const isPast = (await instantiate("clocks", { systems: [new WasiClocks({ monotonic: standing })] })).func(
      "is-past",
    );
    expect([499n, 500n, 501n, 2n ** 64n - 1n].map((when) => isPast(when))).toEqual([true, true, false, false]);
  });

  test("a time that has come is waited for at once", async () => {
    const instance = await instantiate("clocks", { systems: [new WasiClocks({ monotonic: standing })] });
    await instance.call("sleep", [0n]);
    expect(await instance.call("first-of", [0n, 10n])).toEqual(Uint32Array.of(0));
    expect(await instance.call("first-of", [2n ** 64n - 1n, 0n])).toEqual(Uint32Array.of(1));
    expect(await instance.call("first-of", [0n, 0n])).toEqual(Uint32Array.of(0, 1));
  });

  for (const [name, args] of [
    ["sleep", [1n]],
    ["first-of", [1n, 2n]],
  ] as const) {
    test(`a time to come cannot be waited for in a synchronous call: ${name}`, async () => {
      const sleeps: bigint[] = [];
      const monotonic = { ...standing, sleep: async (ns: bigint) => void sleeps.push(ns) };
      const instance = await instantiate("clocks", { systems: [new WasiClocks({ monotonic })] });
      const trap = await failureOf(Promise.try(() => instance.func(name)(...args)));
      expect(trap).toBeInstanceOf(TrapError);
      expect(trap).toMatchObject({ code: "cannot-block", message: expect.stringContaining("wasi:io/poll@0.2.1#") });
      expect(sleeps).toEqual([]);
      expect(instance.state).toBe("trapped");
    });
  }

  test("a time to come is waited for where the call can be suspended", async () => {
    let time = 500n;
    const sleep = async (ns: bigint): Promise<void> => {
      time += ns;
    };
    const monotonic = { nowNs: () => time, resolutionNs: 1n, sleep };
    const instance = await instantiate("clocks", { systems: [new WasiClocks({ monotonic })] });
    await instance.call("sleep", [100n]);
    expect(time).toBe(600n);
  });

  test("nothing to wait for is a trap", async () => {
    const instance = await instantiate("clocks", { systems: [new WasiClocks()] });
    expect(await failureOf(instance.call("first-of-none"))).toMatchObject({
      message: expect.stringContaining("the list of pollables is empty"),
    });
  });
});

describe("a poll of many, in little memory", () => {
  /** Counts the sleeps, and moves on in them. */
  function counting(): { readonly sleeps: bigint[]; readonly monotonic: MonotonicClock } {
    const sleeps: bigint[] = [];
    let time = 500n;
    const sleep = async (ns: bigint): Promise<void> => {
      sleeps.push(ns);
      time += ns;
    };
    return { sleeps, monotonic: { nowNs: () => time, resolutionNs: 1n, sleep } };
  }

  for (const [name, later, ready] of [
    ["one alarm that is listed so often is waited for once", 0n, 60_000],
    ["of so many alarms the earliest is waited for", 1n, 1],
  ] as const) {
    test(name, async () => {
      const { sleeps, monotonic } = counting();
      const instance = await instantiate("poll", { systems: [new WasiClocks({ monotonic })] });
      const polled = (await instance.call("poll", [60_000, 100n, later])) as Uint32Array;
      expect([polled.length, polled.at(-1), sleeps]).toEqual([ready, ready - 1, [100n]]);
    });
  }
});

describe("a clock that does not move on while it sleeps", () => {
  /** Moves by so much whenever it is read. */
  function idle(stepNs: bigint): MonotonicClock {
    let reads = 0n;
    const nowNs = (): bigint => {
      reads += 1n;
      if (reads > 100_000n) throw new Error("nobody else had a turn");
      return reads * stepNs;
    };
    return { nowNs, resolutionNs: 1n, sleep: async () => undefined };
  }

  test("is taken at its word: the time has come, and timers have as well", async () => {
    const instance = await instantiate("clocks", { systems: [new WasiClocks({ monotonic: idle(0n) })] });
    const came: string[] = [];
    setTimeout(() => came.push("timer"), 0);
    await instance.call("sleep", [1000n]);
    expect(came).toEqual(["timer"]);
    expect(await instance.call("first-of", [2000n, 1000n])).toEqual(Uint32Array.of(1));
    expect(await instance.call("now")).toBe(0n);
  });

  test("leaves time limits their turns where it moves too little", async () => {
    const instance = await instantiate("clocks", { systems: [new WasiClocks({ monotonic: idle(1n) })] });
    const end = await failureOf(instance.call("sleep", [2n ** 60n], { timeoutMs: 20 }));
    expect([end, instance.state]).toMatchObject([{ code: "deadline" }, "trapped"]);
  });
});

test("a policy that denies time leaves none", async () => {
  const policy = policyOf({ time: false });
  for (const [name, args] of [
    ["wall-now", []],
    ["now", []],
    ["is-past", [0n]],
  ] as const) {
    const instance = await instantiate("clocks", { systems: [new WasiClocks()], policy });
    expect(await failureOf(instance.call(name, args))).toMatchObject({
      code: "access-denied",
      message: "access denied: the policy denies 'time'",
    });
  }
});
