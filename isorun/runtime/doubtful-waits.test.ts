/** Circles through calls that perhaps nobody waits for: whoever has no part in that goes on. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { CallContext } from "../call/task.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";

/** Asks its host, and then waits. */
const text = `(component
  (import "ask" (func $ask))
  (import "pause" (func $pause))
  (core func $ask (canon lower (func $ask)))
  (core func $pause (canon lower (func $pause)))
  (core module $m (import "" "ask" (func $ask)) (import "" "pause" (func $pause))
    (func (export "run") (call $ask) (call $pause)))
  (core instance $i (instantiate $m (with "" (instance (export "ask" (func $ask)) (export "pause" (func $pause))))))
  (func (export "run") (canon lift (core func $i "run"))))`;

let component: Component;

beforeAll(async () => {
  const read = await assemble([text]);
  component = await new Runtime().load(read(text));
}, 120_000);

type HostFunction = (context: CallContext) => unknown;

/** In its first call it does what is said, and nothing in others. */
const once = (host: HostFunction): HostFunction => {
  let first: HostFunction | undefined = host;
  return (context) => {
    const now = first;
    first = undefined;
    return now?.(context);
  };
};

async function made(runtime: Runtime, ask: HostFunction, pause: HostFunction = () => {}): Promise<InstanceHandle> {
  const [asks, pauses] = [once(ask), once(pause)];
  return runtime
    .instance(component)
    .linkHost((linker) => linker.func("ask", asks).func("pause", pauses))
    .instantiate();
}

/** All that promises do is done. */
const settled = async (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** What a function of the host returns that does not say whether it waits. */
const ignored = (call: Promise<unknown>): void => void call.catch(() => {});

const cases = [false, true].flatMap((isOlder) => [false, true].map((isDirect) => ({ isOlder, isDirect })));

test.each(cases)(
  "a call whose maker waits for something else gives way, not who needs that one (%p)",
  async (which) => {
    const runtime = new Runtime();
    const [inBusy, beforeAsk, inPause] = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
    if (inBusy === undefined || beforeAsk === undefined || inPause === undefined) throw new Error("there are three");
    const others: { maker?: InstanceHandle; unawaited?: Promise<unknown> } = {};
    const busy = await made(runtime, async (context) => {
      await inBusy.promise;
      await others.maker?.call("run", [], { context });
    });
    const begin = (context: CallContext): void => {
      others.unawaited = busy.call("run", [], { context });
      ignored(others.unawaited);
    };
    const between = await made(runtime, begin);
    const ask = async (context: CallContext): Promise<void> => {
      await beforeAsk.promise;
      if (which.isDirect) begin(context);
      else await between.call("run", [], { context });
    };
    others.maker = await made(runtime, ask, async () => inPause.promise);
    const handles = which.isOlder ? [others.maker, busy] : [busy, others.maker];
    const calls = handles.map(async (handle) => handle.call("run"));
    await settled();
    beforeAsk.resolve();
    await settled();
    inBusy.resolve();
    await settled();
    inPause.resolve();
    expect(await Promise.allSettled([...calls, others.unawaited])).toMatchObject([
      { status: "fulfilled" },
      { status: "fulfilled" },
      { reason: { code: "deadlock" } },
    ]);
    expect([busy, between, others.maker].map(({ state }) => state)).toEqual(["ready", "ready", "ready"]);
  },
);
