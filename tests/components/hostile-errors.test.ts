/** Whatever a function of the host throws, or rejects with: the call ends with a TrapError, and so does its instance. */
import { expect, test } from "bun:test";
import { canSuspend } from "../../isorun/call/suspending.ts";
import { ComponentError, TrapError } from "../../isorun/errors/errors.ts";
import type { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { readOwnComponents } from "./assemble.ts";

const names = ["u8", "char", "u64", "string", "bytes", "tuple", "option", "result", "nothing"];
const runtime = new Runtime();
const component = await runtime.load((await readOwnComponents("hostile")).get("imports") ?? new Uint8Array());

const instanceWith = (implementation: () => unknown): Promise<InstanceHandle> =>
  runtime
    .instance(component)
    .linkHost((linker) => {
      for (const name of names) linker.func(name, implementation);
    })
    .instantiate();

const failing = (): never => {
  throw new Error("asked");
};

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable(new Error("gone"), {});
  revoke();
  return proxy;
}

/** It says what it is once, and refuses to from then on. */
function fickle(target: object): object {
  let asked = 0;
  return new Proxy(target, {
    getPrototypeOf: (inner) => {
      asked += 1;
      return asked === 1 ? Object.getPrototypeOf(inner) : failing();
    },
    get: failing,
  });
}

const messageMax = 10_000;

const hostile: readonly (readonly [what: string, make: () => unknown])[] = [
  [
    "an error whose message is a getter that throws",
    () => Object.defineProperty(new Error(), "message", { get: failing }),
  ],
  ["an error whose message is no text", () => Object.defineProperty(new Error(), "message", { value: Symbol("m") })],
  [
    "an error whose message is an object",
    () => Object.defineProperty(new Error(), "message", { value: { toString: failing } }),
  ],
  ["a revoked proxy", revoked],
  ["an error behind a revoked proxy", () => Object.setPrototypeOf(new Error("e"), revoked())],
  ["a proxy that refuses everything", () => new Proxy(new Error("e"), { get: failing, getPrototypeOf: failing })],
  ["a fickle proxy of a trap", () => fickle(new TrapError("e"))],
  ["a fickle proxy of the other side of a result", () => fickle(new ComponentError("e"))],
  ["an object whose text throws", () => ({ toString: failing })],
  ["an object without a text", () => Object.create(null)],
  ["a symbol", () => Symbol("s")],
  ["nothing", () => undefined],
  ["a function", () => failing],
  ["a very long message", () => new Error("m".repeat(2 ** 24))],
  ["a very long text", () => "m".repeat(2 ** 24)],
];

async function expectTrapped(instance: InstanceHandle, name: string, error: unknown): Promise<void> {
  expect(error instanceof TrapError).toBe(true);
  expect((error as TrapError).code).toBe("trap"); // as was just seen
  expect((error as TrapError).message.length).toBeLessThan(messageMax); // as was just seen
  expect(instance.state).toBe("trapped");
  expect(await instance.call(name).catch((later: unknown) => later)).toMatchObject({ code: "cannot-enter" });
  expect(() => instance.func(name)()).toThrow("cannot enter component instance: it is trapped");
}

for (const name of ["get-nothing", "get-result"]) {
  test.each(hostile)(`'${name}' where %s is thrown`, async (_, make) => {
    const instance = await instanceWith(() => {
      throw make();
    });
    let thrown: unknown;
    try {
      instance.func(name)();
    } catch (error) {
      thrown = error;
    }
    await expectTrapped(instance, name, thrown);
  });

  test.skipIf(!canSuspend()).each(hostile)(`'${name}' where a promise rejects with %s`, async (_, make) => {
    const instance = await instanceWith(() => Promise.reject(make())); // the guest's call waits for it
    const error = await instance.call(name).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    await expectTrapped(instance, name, error);
  });
}

test.each([
  // oxlint-disable-next-line unicorn/no-thenable -- what is tested
  ["a `then` that throws", () => Object.defineProperty({}, "then", { get: failing })],
  ["a revoked proxy", revoked],
])("an answer that is %s", async (_, make) => {
  const instance = await instanceWith(make);
  await expectTrapped(instance, "get-u8", await instance.call("get-u8").catch((error: unknown) => error));
});
