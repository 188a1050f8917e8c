/** Policies with parts that nothing here can keep: an instance is refused, as the command refuses to run it. */
import { beforeAll, expect, test } from "bun:test";
import { definePolicy } from "../../core/policy/define-policy.ts";
import type { CapabilityKind, Policy } from "../../core/policy/policy.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { ClosedError, UnsupportedError } from "../errors/errors.ts";
import { failureOf, thrownBy } from "../errors/testing/failure-of.ts";
import type { InstanceBuilder } from "./instance-builder.ts";
import { Runtime } from "./runtime.ts";

const text = `(component
  (core module $m (func (export "one") (result i32) (i32.const 1)))
  (core instance $i (instantiate $m))
  (func (export "one") (result u32) (canon lift (core func $i "one"))))`;

let make: () => InstanceBuilder;
beforeAll(async () => {
  const runtime = new Runtime();
  const component = await runtime.load((await assemble([text]))(text));
  make = () => runtime.instance(component);
});

const networked = definePolicy({ capabilities: { connect: ["example.org:443"], exec: ["git"], env: ["LANG"] } });

const system = (...enforces: readonly CapabilityKind[]) => ({
  name: "Network",
  enforces,
  install: () => undefined,
});

test("all of them are named, and no instance is made", async () => {
  const failure = await failureOf(make().policy(networked).instantiate());
  expect(failure).toBeInstanceOf(UnsupportedError);
  expect(failure).toMatchObject({
    code: "unsupported",
    message:
      "Isorun cannot enforce 'capabilities.connect', 'capabilities.exec' of the policy: " +
      "link a system component that names them in its 'enforces' (SystemComponent.enforces), or leave them away by 'policy(policy, { bestEffort: true })'",
  });
});

test("what the shipped system components keep, and every limit, is no reason", async () => {
  const capabilities = { read: ["/"], write: ["/tmp"], env: ["A"], time: false, random: false, log: false };
  const budget = { fuel: 9n, cpuMs: 1000, wallMs: 1000, maxOutputBytes: 1, maxInstances: 1, maxMemoryBytes: 1 };
  const instance = await make().policy(definePolicy({ capabilities, budget })).instantiate();
  expect(instance.state).toBe("ready");
});

test("a system component may keep more, wherever it is linked", async () => {
  const builder = make().policy(networked).linkSystem(system("connect"));
  expect(await failureOf(builder.instantiate())).toMatchObject({
    message: expect.stringMatching(/^Isorun cannot enforce 'capabilities.exec' of the policy: .* that names it in /),
  });
  const instance = await builder.linkSystem(system("exec")).instantiate();
  expect(instance.func("one")()).toBe(1);
});

test("with 'bestEffort' an instance is made without them", async () => {
  const instance = await make().policy(networked, { bestEffort: true }).instantiate();
  expect(instance.func("one")()).toBe(1);
  const again = make().policy(networked, { bestEffort: true }).policy(networked);
  expect(await failureOf(again.instantiate())).toMatchObject({ code: "unsupported" });
});

test("of a runtime that is closed that is what is told", async () => {
  const runtime = new Runtime();
  const component = await runtime.load((await assemble([text]))(text));
  await runtime.close();
  expect(await failureOf(runtime.instance(component).policy(networked).instantiate())).toBeInstanceOf(ClosedError);
});

test("what is left away is not shown to system components, but for what one of them enforces", async () => {
  const seen: unknown[] = [];
  const watching = (name: string, ...enforces: readonly CapabilityKind[]) => ({
    ...system(...enforces),
    configure: ({ capabilities: { connect, exec, env } }: Policy) => void seen.push([name, connect, exec, env]),
  });
  const builder = make().policy(networked, { bestEffort: true }).linkSystem(watching("first"));
  await builder.instantiate();
  expect(seen.splice(0)).toEqual([["first", [], [], ["LANG"]]]);
  await builder.linkSystem(watching("second", "exec")).instantiate();
  expect(seen.splice(0)).toEqual([
    ["first", [], ["git"], ["LANG"]],
    ["second", [], ["git"], ["LANG"]],
  ]);
  expect(networked.capabilities.connect).toEqual(["example.org:443"]);
});

test("a policy that comes while an instance is made is that of the next one", async () => {
  const seen: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const builder = make()
    .linkHost(() => promise)
    .policy(definePolicy({ capabilities: { env: ["LANG"] } }))
    .linkSystem({ ...system(), configure: ({ capabilities }) => void seen.push(capabilities.connect) });
  const first = builder.instantiate();
  builder.policy(networked);
  resolve();
  expect((await first).state).toBe("ready");
  expect(seen).toEqual([[]]);
});

test.each<[() => unknown, string]>([
  [() => make().policy(networked, { bestEfort: true } as object), "'policy' has no option 'bestEfort': did you mean"],
  [() => make().policy(networked, { bestEffort: "no" } as object), "'bestEffort' must be true or false, found 'no'"],
  [
    () => make().linkSystem({ ...system(), enforces: "connect" } as never),
    "'enforces' of 'Network' must be an array of",
  ],
  [
    () => make().linkSystem(system("network" as never)),
    "'enforces' of 'Network' must be an array of capabilities: read,",
  ],
])("case %# is refused", (run, message) => {
  const failure = thrownBy(run);
  expect(failure).toMatchObject({ name: "TypeError", code: "invalid-argument" });
  expect((failure as Error).message).toStartWith(message);
});
