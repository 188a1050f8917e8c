import { describe, expect, test } from "bun:test";
import { instantiate } from "../../tests/components/wasi/instantiate.ts";
import { ComponentError, LinkError, TrapError } from "../errors/errors.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import { WasiClocks } from "./clocks.ts";
import { type Denial, WasiDenied } from "./denied.ts";
import { WasiDeniedDir } from "./denied-dir.ts";

describe("what was not given", () => {
  test("is answered with access-denied where the type has it, and told", async () => {
    const denials: Denial[] = [];
    const instance = await instantiate("denied", {
      systems: [new WasiDenied({ onDenial: (denial) => denials.push(denial) })],
    });
    const error = await instance.call("resolve").catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(ComponentError);
    expect(error).toMatchObject({ payload: "access-denied" });
    expect(denials).toEqual([
      { interface: "wasi:sockets/ip-name-lookup@0.2.0", func: "resolve-addresses", answer: "error" },
    ]);
    expect(instance.state).toBe("ready");
  });

  test("has nothing to show where a list is asked for", async () => {
    expect(await (await instantiate("denied", { systems: [new WasiDenied()] })).call("directories")).toBe(0);
  });

  test("has the directories that are shown", async () => {
    const systems = [new WasiDenied(), new WasiDeniedDir("."), new WasiDeniedDir("/")];
    expect(await (await instantiate("denied", { systems })).call("directories")).toBe(2);
  });

  test("is a trap that names it where the type has no room for it", async () => {
    const instance = await instantiate("denied", { systems: [new WasiDenied()] });
    const trap = await failureOf(instance.call("wait"));
    expect(trap).toBeInstanceOf(TrapError);
    expect(trap).toMatchObject({
      code: "access-denied",
      message: "access denied: the instance was not given 'wasi:clocks/timezone@0.2.0#utc-offset'",
    });
  });
});

test("what was given stays as it is, before or behind", async () => {
  for (const order of [
    [new WasiDenied(), new WasiClocks()],
    [new WasiClocks(), new WasiDenied()],
  ]) {
    const instance = await instantiate("denied", { systems: [...order] });
    await instance.call("alarm");
    expect(await failureOf(instance.call("wait"))).toMatchObject({ code: "access-denied" });
  }
});

test("without it, all that is missing is told", async () => {
  const failure = await instantiate("denied", { systems: [new WasiClocks()] }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(LinkError);
  const { problems } = failure as LinkError;
  expect(problems[0]).toMatchObject({
    provider: "WasiDir",
    message: expect.stringContaining("WasiDir would provide it"),
  });
  expect(problems.map(({ import: name, func }) => `${name} ${func}`)).toEqual([
    "wasi:filesystem/types@0.2.0 descriptor",
    "wasi:filesystem/preopens@0.2.0 descriptor",
    "wasi:filesystem/preopens@0.2.0 get-directories",
    "wasi:sockets/network@0.2.0 network",
    "wasi:sockets/instance-network@0.2.0 network",
    "wasi:sockets/instance-network@0.2.0 instance-network",
    "wasi:sockets/ip-name-lookup@0.2.0 network",
    "wasi:sockets/ip-name-lookup@0.2.0 resolve-address-stream",
    "wasi:sockets/ip-name-lookup@0.2.0 resolve-addresses",
    "wasi:clocks/timezone@0.2.0 utc-offset",
  ]);
});

test.each([
  ["wasi:sockets/tcp@0.2.9", "[method]tcp-socket.set-hop-limit", "function"],
  ["wasi:http/types@0.2.0", "[constructor]fields", "function"],
  ["wasi:filesystem/types@0.2.0", "[method]descriptor.stat-at", "function"],
  ["wasi:sockets/tcp@0.2.9", "[method]tcp-socket.bogus", "undefined"],
  ["wasi:clocks/monotonic-clock@0.2.0", "bogus", "undefined"],
  ["wasi:nope/nope@0.2.0", "now", "undefined"],
  ["wasi:sockets/tcp@0.3.0", "[method]tcp-socket.set-hop-limit", "undefined"],
  ["my:own/api@0.2.0", "f", "undefined"],
])("nothing but what WASI 0.2 has is answered for: %s %s", (name, func, answer) => {
  const given: string[] = [];
  const probe = {
    fallback: (give: (missing: object) => unknown) =>
      given.push(typeof give({ path: [name, func], type: { kind: "func", params: [] } })),
  };
  new WasiDenied().install(probe as never);
  expect(given).toEqual([answer]);
});
