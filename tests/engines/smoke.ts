/**
 * What every engine has to do the same: strings, resources, a link between two instances, an endless loop that its budget
 * ends, and the same counts of fuel. It runs as a bundle, so nothing here may be Bun's or Node's.
 */
import { BudgetExhausted, TrapError } from "../../isorun/errors/errors.ts";
import { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";

/** Binaries of the components beside this file, by name. */
export type Components = Readonly<Record<"smoke" | "consumer" | "kernels", Uint8Array>>;

export interface SmokeResult {
  readonly text: unknown;
  readonly resource: readonly unknown[];
  readonly linked: unknown;
  readonly loop: string;
  readonly neighbour: unknown;
  /** Functions that a trap came out of. */
  readonly frames: readonly string[];
  /** Instructions of each kernel, as text. */
  readonly fuel: Readonly<Record<string, string>>;
  /** Instructions of a caller and of a callee between which a long string passes, as text. */
  readonly copies: readonly string[];
  /** What is left of one instance, what the next one takes of it and says, and why the first is not entered again. */
  readonly again: readonly unknown[];
}

const kernels = { fib: 12, sieve: 1, matmul: 1, sort: 1, hash: 1 };

export async function smoke(components: Components): Promise<SmokeResult> {
  const runtime = new Runtime();
  const component = await runtime.load(components.smoke);
  const provider = await runtime.instance(component).instantiate();
  const consumer = await runtime
    .instance(await runtime.load(components.consumer))
    .linkLocal("smoke:test/echo", provider)
    .instantiate();
  const bounded = await runtime.instance(component).budget({ fuel: 100_000n }).instantiate();
  const result = {
    text: provider.func("smoke:test/echo#shout")("grüße, 世界 🎉"),
    resource: resourceOf(provider),
    linked: consumer.func("twice")("ab"),
    loop: endOf(bounded),
    neighbour: provider.func("smoke:test/echo#shout")("still here"),
    frames: framesOf(
      await runtime
        .instance(component)
        .budget({ maxMemoryBytes: 1 << 20 })
        .instantiate(),
    ),
    fuel: await fuelCounts(runtime, components.kernels),
    copies: await copiesOf(components),
    again: await successionOf(components),
  };
  await runtime.close();
  return result;
}

async function copiesOf(components: Components): Promise<string[]> {
  const runtime = new Runtime();
  const budget = { fuel: 1n << 40n };
  const provider = await runtime
    .instance(await runtime.load(components.smoke))
    .budget(budget)
    .instantiate();
  const consumer = await runtime
    .instance(await runtime.load(components.consumer))
    .budget(budget)
    .linkLocal("smoke:test/echo", provider)
    .instantiate();
  consumer.func("twice")("ab".repeat(1000));
  await runtime.close();
  return [consumer, provider].map((instance) => String(instance.usage().fuel));
}

async function successionOf(components: Components): Promise<unknown[]> {
  const runtime = new Runtime();
  const builder = runtime.instance(await runtime.load(components.smoke));
  const first = await builder.instantiate();
  const linked = await runtime
    .instance(await runtime.load(components.consumer))
    .linkLocal("smoke:test/echo", first)
    .instantiate();
  const { memories } = InstanceHandle.statesOf(first);
  await first.terminate();
  const left = memories.size;
  const next = await builder.instantiate();
  const stays = memories.size;
  const said = next.func("smoke:test/echo#shout")("next");
  const refused = await linked.call("twice", ["ab"]).catch((error: unknown) => error);
  return [left, stays, said, refused instanceof TrapError && refused.code];
}

function resourceOf(handle: InstanceHandle): unknown[] {
  const counter = handle.func("make")(41);
  const before = handle.func("value")(counter);
  // The handle's own way to give a resource back.
  (counter as Disposable)[Symbol.dispose]();
  return [before, handle.func("dropped")()];
}

function endOf(handle: InstanceHandle): string {
  try {
    handle.func("spin")();
    return "it ended";
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
    return `${error.field} of ${String(error.limit)}, ${handle.state}`;
  }
}

function framesOf(handle: InstanceHandle): string[] {
  try {
    handle.func("divide")(0);
    return ["it ended"];
  } catch (error) {
    if (!(error instanceof TrapError)) throw error;
    return error.frames.map(({ func }) => func);
  }
}

async function fuelCounts(runtime: Runtime, bytes: Uint8Array): Promise<Record<string, string>> {
  const component = await runtime.load(bytes);
  const counts: Record<string, string> = {};
  for (const [name, times] of Object.entries(kernels)) {
    const handle = await runtime
      .instance(component)
      .budget({ fuel: 2n ** 60n })
      .instantiate();
    handle.func(name)(times);
    counts[name] = String(handle.usage().fuel);
  }
  return counts;
}
