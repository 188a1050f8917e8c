/** Circles through calls that perhaps nobody waits for: whoever has no part in that goes on. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import type { CallContext } from "../call/task.ts";
import type { Component } from "./component.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { Runtime } from "./runtime.ts";
import { settled } from "./testing/settled.ts";

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

test.each([1, 2])("no second circle is seen through what a call that gives way has made (%d calls)", async (count) => {
  const runtime = new Runtime();
  const names = ["inner", "between", "youngest", "maker", "oldest"] as const;
  const gates = names.map(() => Promise.withResolvers<void>());
  const others: { oldest?: InstanceHandle; unawaited?: Promise<unknown> } = {};
  /** When its gate is opened, it calls. */
  const behind =
    (name: (typeof names)[number], handle: () => InstanceHandle | undefined): HostFunction =>
    async (context) => {
      await gates[names.indexOf(name)]?.promise;
      await handle()?.call("run", [], { context });
    };
  const inners: InstanceHandle[] = [];
  for (let index = 0; index < count; index += 1) {
    const inner = behind("inner", () => others.oldest);
    inners.push(await made(runtime, inner));
  }
  const left = await made(runtime, async (context) =>
    Promise.all(inners.map(async (inner) => inner.call("run", [], { context }))),
  );
  const throughInner = behind("between", () => inners.at(-1));
  const taken: unknown[] = [];
  const between = await made(runtime, async (context) => {
    await (throughInner(context) as Promise<void>).catch((error: unknown) => taken.push(error));
  });
  const youngest = await made(
    runtime,
    behind("youngest", () => between),
  );
  const begin: HostFunction = (context) => {
    others.unawaited = left.call("run", [], { context });
    ignored(others.unawaited);
  };
  const maker = await made(
    runtime,
    begin,
    behind("maker", () => youngest),
  );
  others.oldest = await made(
    runtime,
    behind("oldest", () => maker),
  );
  const calls = [maker, between, others.oldest, youngest].map(async (handle) => handle.call("run"));
  const ends = Promise.allSettled([...calls, others.unawaited]);
  for (const gate of gates) {
    await settled();
    gate.resolve();
  }
  expect(await ends).toMatchObject([...calls.map(() => ({ status: "fulfilled" })), { reason: { code: "deadlock" } }]);
  expect(taken).toMatchObject([{ code: "cannot-enter" }]);
  for (const handle of [maker, between, others.oldest, youngest]) expect(handle.state).toBe("ready");
  for (const handle of [...inners, left]) expect(handle.state).toBe("trapped");
});

test.each([1, 2, 3])("a host function has answered when its promise is settled (%d turns later)", async (turns) => {
  const runtime = new Runtime();
  const [begins, answers, asks, ends] = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
  if (begins === undefined || answers === undefined || asks === undefined || ends === undefined) {
    throw new Error("there are four");
  }
  const others: { older?: InstanceHandle; unawaited?: Promise<unknown> } = {};
  const younger = await made(runtime, async (context) => {
    await asks.promise;
    await others.older?.call("run", [], { context });
  });
  const ask = async (context: CallContext): Promise<void> => {
    await begins.promise;
    others.unawaited = younger.call("run", [], { context });
    ignored(others.unawaited);
    await answers.promise;
  };
  others.older = await made(runtime, ask, async () => ends.promise);
  const calls = [others.older.call("run"), younger.call("run")];
  await settled();
  begins.resolve();
  await settled();
  answers.resolve();
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
  asks.resolve();
  await settled();
  ends.resolve();
  expect(await Promise.allSettled([...calls, others.unawaited])).toMatchObject([
    { status: "fulfilled" },
    { status: "fulfilled" },
    { reason: { code: "deadlock" } },
  ]);
  expect([others.older.state, younger.state]).toEqual(["ready", "ready"]);
});

/** @returns what the younger call waits for from then on, and for ever if that is nothing */
type Heard = (older: InstanceHandle, context: CallContext) => Promise<unknown> | undefined;

/**
 * Two calls are about to wait for each other, through one that is perhaps nobody's and gives way, of which `heard` is told.
 * @returns their ends, of those that do not go on
 */
async function crossing(heard: Heard, signal?: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
  const runtime = new Runtime();
  const [crosses, answers] = [Promise.withResolvers<void>(), Promise.withResolvers<unknown>()];
  const others: { older?: InstanceHandle; context?: CallContext } = {};
  const inner = await made(runtime, async (context) => {
    const { older } = others;
    context.signal.addEventListener("abort", () => {
      const answer = older && others.context && heard(older, others.context);
      if (answer !== undefined) answers.resolve(answer);
    });
    await older?.call("run", [], { context });
  });
  const pause = async (context: CallContext): Promise<unknown> => {
    others.context = context;
    return answers.promise;
  };
  const younger = await made(runtime, (context) => ignored(inner.call("run", [], { context })), pause);
  others.older = await made(runtime, async (context) => {
    await crosses.promise;
    await younger.call("run", [], { context, ...(signal !== undefined && { signal }) });
  });
  const ends: Record<string, unknown> = {};
  for (const [name, handle] of Object.entries({ older: others.older, younger })) {
    handle.call("run").then(
      () => (ends[name] = "fulfilled"),
      (error: unknown) => (ends[name] = error),
    );
  }
  await settled();
  crosses.resolve();
  await settled();
  return ends;
}

test("a call that is cancelled where another gives way to it does not wait for its turn", async () => {
  const controller = new AbortController();
  const cancel = (): undefined => {
    controller.abort();
  };
  expect(await crossing(cancel, controller.signal)).toMatchObject({ older: { code: "cancelled" } });
});

test("a circle that is closed where a call gives way is found too", async () => {
  const ends = await crossing(async (older, context) => older.call("run", [], { context }));
  expect(ends).toMatchObject({ older: { code: "cannot-enter" }, younger: { code: "deadlock" } });
});
