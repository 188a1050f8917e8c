/**
 * Run in a process of its own, with a name of what to do and the path of a component: makes instances in one job, ends
 * them, and says what the process has before and after. In a process with others, what others let go is counted too.
 */
import { heapStats } from "bun:jsc";
import type { InstanceBuilder } from "../instance-builder.ts";
import type { InstanceHandle } from "../instance-handle.ts";
import { Runtime } from "../runtime.ts";

/** What is counted, by the names that the engine has for it. */
export type Counts = Readonly<Record<string, number>>;

export interface Report {
  readonly before: Counts;
  readonly after: Counts;
  /** With as many alive as `aliveCount`; undefined where none can be. */
  readonly alive: Counts | undefined;
  /** What each of them told, each once, as it came. */
  readonly told: readonly unknown[];
  /** How many turns of the event loop there were between `before` and `after`. */
  readonly turns: number;
}

const times = 40;
export const aliveCount = 15;

const kinds = ["WebAssembly.Instance", "WebAssembly.Memory", "WebAssembly.Global", "WebAssembly.Table"] as const;

function counts(): Counts {
  Bun.gc(true);
  const { objectTypeCounts } = heapStats();
  return Object.fromEntries(kinds.map((kind) => [kind, objectTypeCounts[kind] ?? 0]));
}

/** What is kept of each is held until all are counted. */
interface Round {
  readonly told: unknown;
  readonly kept?: unknown;
}

type End = (handle: InstanceHandle) => Promise<unknown>;

const ends = {
  terminated: (handle) => handle.terminate(),
  trapped: (handle) => handle.call("fail").catch(() => undefined),
  exhausted: (handle) => handle.call("spin").catch(() => undefined),
} satisfies Readonly<Record<string, End>>;

const handleOf =
  (end: End) =>
  async (builder: InstanceBuilder): Promise<Round> => {
    const handle = await builder.instantiate();
    await handle.call("make");
    await handle.call("grow");
    await end(handle);
    return { told: [handle.state, handle.usage().memoryBytes], kept: handle };
  };

const failed = async (builder: InstanceBuilder): Promise<Round> => ({
  told: await builder.instantiate().then(
    () => "it was made",
    (error: unknown) => String(error),
  ),
});

const messageOf = (call: () => unknown): unknown => {
  try {
    return call();
  } catch (error) {
    return String(error);
  }
};

const functionsOf =
  (end: End) =>
  async (builder: InstanceBuilder): Promise<Round> => {
    const handle = await builder.instantiate();
    const [add, text, make] = [handle.func("add"), handle.func("text"), handle.func("make")];
    const results = [add(1), text("abc")];
    make();
    await end(handle);
    const refusals = [() => add(1), () => text("abc"), () => make()].map(messageOf);
    const { memoryBytes, handles } = handle.usage();
    return { told: { results, refusals, memoryBytes, handles }, kept: [add, text, make] };
  };

const rounds = {
  "handles of terminated": handleOf(ends.terminated),
  "handles of trapped": handleOf(ends.trapped),
  "handles of exhausted": handleOf(ends.exhausted),
  "failed while they were made": failed,
  "functions of terminated": functionsOf(ends.terminated),
  "functions of trapped": functionsOf(ends.trapped),
} satisfies Readonly<Record<string, (builder: InstanceBuilder) => Promise<Round>>>;

export type What = keyof typeof rounds;

/** Counts turns until it is disposed of. */
function countTurns() {
  let count = 0;
  let next = setImmediate(function again() {
    count += 1;
    next = setImmediate(again);
  });
  return { count: () => count, [Symbol.dispose]: () => clearImmediate(next) };
}

async function report(what: What, path: string): Promise<Report> {
  const runtime = new Runtime();
  const round = rounds[what];
  const budget = what.startsWith("handles") ? { fuel: 10_000n, maxMemoryBytes: 1 << 20 } : {};
  const builder = runtime.instance(await runtime.load(path, { budget })).budget(budget);
  await round(builder);
  const kept: unknown[] = [];
  const told = new Set<string>();
  using turns = countTurns();
  const before = counts();
  for (let time = 0; time < times; time += 1) {
    const made = await round(builder);
    kept.push(made.kept);
    told.add(JSON.stringify(made.told));
  }
  const after = counts();
  const found = { before, after, told: [...told].map((text) => JSON.parse(text) as unknown), turns: turns.count() };
  if (kept.length !== times) throw new Error("each is kept");
  if (round === failed) return { ...found, alive: undefined };
  const living = await Promise.all(Array.from({ length: aliveCount }, () => builder.instantiate()));
  const alive = counts();
  await Promise.all(living.map((handle) => handle.terminate()));
  return { ...found, alive };
}

if (import.meta.main) {
  const [what = "", path = ""] = process.argv.slice(2);
  if (!(what in rounds)) throw new Error(`there is no '${what}'`);
  process.stdout.write(JSON.stringify(await report(what as What, path))); // it is one of them
}
