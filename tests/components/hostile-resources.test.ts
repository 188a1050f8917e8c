/** Resources in the hands of JavaScript: each is owned by one, and nobody can make one up. */
import { expect, test } from "bun:test";
import { TrapError } from "../../isorun/errors/errors.ts";
import type { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { readOwnComponents } from "./assemble.ts";

const components = await readOwnComponents("hostile");

async function makeInstance(name = "resources"): Promise<InstanceHandle> {
  const runtime = new Runtime();
  return runtime.instance(await runtime.load(components.get(name) ?? new Uint8Array())).instantiate();
}

test("an owned resource is given away once", async () => {
  const handle = await makeInstance();
  const made = handle.func("make")(5);
  expect(handle.func("look")(made)).toBe(5);
  expect(handle.func("take")(made)).toBe(5);
  expect(() => handle.func("take")(made)).toThrow(TypeError);
  expect(() => handle.func("look")(made)).toThrow(TypeError);
  expect(handle.func("dropped")()).toBe(5);
  expect(handle.state).toBe("ready");
});

test("it is given away once whatever it is an heir of", async () => {
  const handle = await makeInstance();
  const made = Object.setPrototypeOf(handle.func("make")(5), null) as object; // of a resource
  expect(handle.func("look")(made)).toBe(5);
  expect(handle.func("take")(made)).toBe(5);
  expect(() => handle.func("take")(made)).toThrow(TypeError);
  expect(handle.state).toBe("ready");
  const other = Object.setPrototypeOf(handle.func("make")(6), null) as object; // of a resource
  expect(() => handle.func("take-both")(other, 5)).toThrow(TypeError);
  expect(handle.func("take")(other)).toBe(6);
});

test("the same resource twice in one call is refused", async () => {
  const handle = await makeInstance();
  const made = handle.func("make")(5);
  expect(() => handle.func("take-both")(made, made)).toThrow(TypeError);
  expect(handle.state).toBe("ready");
  expect(handle.func("take-both")(handle.func("make")(1), handle.func("make")(2))).toBe(3);
});

test("to dispose of it calls the destructor, once", async () => {
  const handle = await makeInstance();
  const made = handle.func("make")(3) as Disposable; // resources are
  made[Symbol.dispose]();
  made[Symbol.dispose]();
  expect(handle.func("dropped")()).toBe(3);
  expect(() => handle.func("look")(made)).toThrow(TypeError);
});

test("what is no resource is refused, however much it looks like one", async () => {
  const handle = await makeInstance();
  const made = handle.func("make")(5) as object; // of a resource
  const copies = [
    {},
    { [Symbol.dispose]: () => undefined },
    Object.create(made) as object,
    Object.setPrototypeOf({}, Object.getPrototypeOf(made) as object) as object,
    new Proxy(made, {}),
    { ...made },
    5,
    null,
    undefined,
  ];
  for (const copy of copies) {
    expect(() => handle.func("look")(copy)).toThrow(TypeError);
    expect(() => handle.func("take")(copy)).toThrow(TypeError);
  }
  expect(handle.func("look")(made)).toBe(5);
});

test("a resource of another instance is one of another type", async () => {
  const [one, other] = [await makeInstance(), await makeInstance()];
  const made = one.func("make")(5);
  expect(() => other.func("look")(made)).toThrow(TypeError);
  expect(() => other.func("take")(made)).toThrow(TypeError);
  expect(one.func("take")(made)).toBe(5);
});

test("a loan whose call was refused is no loan", async () => {
  const handle = await makeInstance();
  const made = handle.func("make")(5);
  expect(() => handle.func("look-and")(made, 256)).toThrow(TypeError);
  expect(handle.func("look-and")(made, 1)).toBe(6);
  expect(handle.func("take")(made)).toBe(5);
});

test("resources of the host are its own objects, lent and given back", async () => {
  const runtime = new Runtime();
  const component = await runtime.load(components.get("lends") ?? new Uint8Array());
  const log: unknown[] = [];
  const opened = { name: "mine" };
  const handle = await runtime
    .instance(component)
    .linkHost((linker) =>
      linker.instance("host", (host) => {
        host.resource("h", { drop: (value) => log.push("drop", value) });
        host.func("open", () => opened);
        host.func("see", (value) => log.push("see", value));
        host.func("keep", (value) => log.push("keep", value));
      }),
    )
    .instantiate();
  expect(handle.func("round")()).toBe(1);
  expect(log.splice(0)).toEqual(["see", opened, "drop", opened]);
  handle.func("give-back")();
  expect(log.splice(0)).toEqual(["keep", opened]);
  handle.func("forget")();
  expect(log).toEqual([]);
  expect(() => handle.func("forge")()).toThrow(TrapError);
  // The trap is the end of the instance, and what it forgot is given back: once, although it was forged too.
  expect(log).toEqual(["drop", opened]);
});
