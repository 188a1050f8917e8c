/** How long a guest computes until clocks are looked at. */
import { expect, spyOn, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { TimeAccount } from "../call/time-account.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

/** Waits, and goes on without end. */
const text = `(component
  (import "wait" (func $wait))
  (core func $wait (canon lower (func $wait)))
  (core module $m
    (import "" "wait" (func $wait))
    (func (export "run") (call $wait) (loop $l (br $l))))
  (core instance $m (instantiate $m (with "" (instance (export "wait" (func $wait))))))
  (func (export "run") (canon lift (core func $m "run"))))`;

const unwatched = 1n << 30n;

test.each(["itself", "another call"])(
  "a refill by %s, while a call waits, leaves the call its deadline",
  async (who) => {
    const runtime = new Runtime();
    const component = await runtime.load((await assemble([text]))(text));
    const own: { handle?: InstanceHandle } = {};
    const refill = (): void => own.handle?.refill({ fuel: 1000n });
    const other = await runtime
      .instance(component)
      .linkHost((linker) =>
        linker.func("wait", () => {
          refill();
          throw new Error("enough");
        }),
      )
      .instantiate();
    const wait = async (): Promise<void> => {
      await Promise.resolve();
      if (who === "itself") refill();
      else await failureOf(other.call("run"));
    };
    const builder = runtime.instance(component).budget({ fuel: 1n << 50n });
    own.handle = await builder.linkHost((linker) => linker.func("wait", wait)).instantiate();
    // As where nobody's time was ever limited; each look at the clock takes a millisecond.
    TimeAccount.isUsed = false;
    let ms = performance.now();
    const now = spyOn(performance, "now").mockImplementation(() => (ms += 1));
    try {
      const end = await failureOf(own.handle.call("run", [], { timeoutMs: 150 }));
      expect(end).toMatchObject({ code: "deadline" });
    } finally {
      now.mockRestore();
    }
    expect(own.handle.usage().fuel).toBeLessThan(unwatched);
  },
);
