import { expect, test } from "bun:test";
import { instantiate } from "../../tests/components/wasi/instantiate.ts";
import { LinkError } from "../errors/errors.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { Linker } from "../runtime/linker.ts";
import { WasiClocks } from "./clocks.ts";
import { installPoll } from "./io.ts";
import type { Pollable } from "./wait.ts";

const always: Pollable = { isReady: true, whenReady: () => Promise.resolve() };

test("a clock of one's own hands out the pollables of wasi:io", async () => {
  const own = {
    name: "OwnClock",
    install: (linker: Linker) => {
      const pollable = installPoll(linker);
      linker.instance("wasi:clocks/monotonic-clock@0.2.99", (clock) => {
        clock.resource("pollable", pollable);
        clock.func("now", () => 1n).func("resolution", () => 1n);
        clock.func("subscribe-instant", () => always).func("subscribe-duration", () => always);
      });
    },
  };
  const instance = await instantiate("clocks", { systems: [new WasiClocks(), own] });
  expect(await instance.call("now")).toBe(1n);
  await instance.call("sleep", [2n ** 63n]);
});

test("pollables of another kind do not link", async () => {
  const own = {
    name: "OwnPollable",
    install: (linker: Linker) =>
      void linker.instance("wasi:clocks/monotonic-clock@0.2.12", (clock) => void clock.resource("pollable")),
  };
  const failure = await failureOf(instantiate("clocks", { systems: [new WasiClocks(), own] }));
  expect(failure).toBeInstanceOf(LinkError);
  expect((failure as LinkError).problems).toEqual([
    expect.objectContaining({
      import: "wasi:clocks/monotonic-clock@0.2.99",
      func: "pollable",
      message:
        "cannot link 'pollable' of 'wasi:clocks/monotonic-clock@0.2.99': another resource was given for it than where it comes from",
    }),
  ]);
});
