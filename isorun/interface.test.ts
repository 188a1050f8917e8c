/** The public types are those of the interface's description: tsc checks what is assigned here, both ways. */
import { expect, test } from "bun:test";
import type { CallContext, CallOptions, InstanceBuilder, InstanceHandle, Linker } from "./index.ts";
import { Runtime } from "./index.ts";

interface DescribedContext {
  readonly signal: AbortSignal;
  readonly chain: readonly string[];
  readonly traceparent?: string;
}

interface DescribedOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
  fuel?: bigint;
  context?: DescribedContext;
}

interface DescribedHandle extends AsyncDisposable {
  call(name: string, args?: readonly unknown[], options?: DescribedOptions): Promise<unknown>;
  func(name: string): (...args: unknown[]) => unknown;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly state: "ready" | "trapped" | "exhausted" | "terminated";
  usage(): ReturnType<InstanceHandle["usage"]>;
  terminate(reason?: string): Promise<void>;
}

interface DescribedBuilder {
  reentrant?(): this;
  linkHost(define: (linker: Linker) => void): this;
  linkLocal(interfaceName: string, handle: DescribedHandle): this;
  instantiate(): Promise<DescribedHandle>;
}

interface DescribedRuntime {
  load(source: Uint8Array | string | URL): Promise<Parameters<Runtime["instance"]>[0]>;
  instance(component: Parameters<Runtime["instance"]>[0]): DescribedBuilder;
  registerInstance(id: string, handle: DescribedHandle): void;
  unregisterInstance(id: string): boolean;
  registered(id: string): DescribedHandle | undefined;
  close(): Promise<void>;
}

/** Whether each may stand for the other; where one may not, `true` is no value of it. */
type IsSame<A, B> = [A, B] extends [B, A] ? true : false;

const same: [
  IsSame<CallContext, DescribedContext>,
  IsSame<CallOptions, DescribedOptions>,
  IsSame<InstanceHandle, DescribedHandle>,
  InstanceBuilder extends DescribedBuilder ? true : false,
  Runtime extends DescribedRuntime ? true : false,
] = [true, true, true, true, true];

test("a double of an instance has its type, and is refused where an instance itself is needed", async () => {
  const options: CallOptions = {};
  options.timeoutMs = 4;
  const double: InstanceHandle = {
    call: async () => options.timeoutMs,
    func: () => () => undefined,
    exports: {},
    state: "ready",
    usage: () => {
      throw new Error("nothing is counted");
    },
    terminate: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  expect([await double.call("any"), same.every(Boolean)]).toEqual([4, true]);
  const refusal = { code: "invalid-argument", message: expect.stringContaining("an instance that 'instantiate' made") };
  const runtime = new Runtime();
  for (const register of [
    () => runtime.registerInstance("double", double),
    () => runtime.registerInstance("x", {} as never),
  ]) {
    expect(register).toThrow(TypeError);
    expect(await Promise.try(register).catch((error: unknown) => error)).toMatchObject(refusal);
  }
  expect(runtime.registered("double")).toBeUndefined();
  const empty = await runtime.load(new Uint8Array([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]));
  const link = () => runtime.instance(empty).linkLocal("a:b/c", double);
  expect(await Promise.try(link).catch((error: unknown) => error)).toMatchObject(refusal);
});
