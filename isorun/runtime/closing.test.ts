/** The end of a runtime: of its instances, of calls that wait, and of what can be asked of it. What it loads from. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import { Runtime } from "./runtime.ts";

const text = `(component
  (import "wait" (func $wait))
  (core func $wait (canon lower (func $wait)))
  (core module $m (import "" "wait" (func $wait)) (func (export "run") (call $wait)))
  (core instance $i (instantiate $m (with "" (instance (export "wait" (func $wait))))))
  (func (export "run") (canon lift (core func $i "run"))))`;

/** Gets a thing when it starts. */
const starter = `(component
  (import "thing" (type $thing (sub resource)))
  (import "begin" (func $begin (result (own $thing))))
  (core func $begin (canon lower (func $begin)))
  (core module $m (import "" "begin" (func $begin (result i32))) (func $start (drop (call $begin))) (start $start))
  (core instance (instantiate $m (with "" (instance (export "begin" (func $begin)))))))`;

let bytesOf: (text: string) => Uint8Array;
let bytes: Uint8Array;
beforeAll(async () => {
  bytesOf = await assemble([text, starter]);
  bytes = bytesOf(text);
});

test("instances end, and so do calls that wait for the host or for their turn", async () => {
  const runtime = new Runtime();
  const builder = runtime
    .instance(await runtime.load(bytes))
    .linkHost((linker) => linker.func("wait", () => new Promise(() => undefined)));
  const instance = await builder.instantiate();
  const calls = [instance.call("run"), instance.call("run")].map(failureOf);
  // Registered, and with a neighbour that is idle.
  runtime.registerInstance("waiter", instance);
  const neighbour = await builder.instantiate();
  await runtime.close();
  expect(await calls[0]).toMatchObject({ code: "terminated" });
  expect(await calls[1]).toMatchObject({ code: "cannot-enter" });
  expect([instance.state, neighbour.state]).toEqual(["terminated", "terminated"]);
  expect(runtime.registered("waiter")).toBeUndefined();
  expect(await failureOf(neighbour.call("run"))).toMatchObject({ code: "cannot-enter" });
  expect(() => neighbour.func("run")).toThrow("cannot enter component instance");
});

test("nothing is loaded or made any more, and to close twice is fine", async () => {
  const runtime = new Runtime();
  const component = await runtime.load(bytes);
  const builder = runtime.instance(component).unknownImportsTrap();
  await Promise.all([runtime.close(), runtime.close()]);
  await runtime.close();
  for (const run of [runtime.load(bytes), builder.instantiate(), runtime.instance(component).instantiate()]) {
    expect(await failureOf(run)).toMatchObject({
      code: "closed",
      name: "ClosedError",
      message: "the runtime is closed",
    });
  }
  // A component belongs to nobody.
  const other = new Runtime();
  expect((await other.instance(component).unknownImportsTrap().instantiate()).state).toBe("ready");
  await other.close();
});

test("while it is closed by a function of the host", async () => {
  const runtime = new Runtime();
  const builder = runtime
    .instance(await runtime.load(bytes))
    .linkHost((linker) => linker.func("wait", () => void runtime.close()));
  const instance = await builder.instantiate();
  expect(() => instance.func("run")()).toThrow("the instance was terminated");
  expect(await failureOf(builder.instantiate())).toMatchObject({ code: "closed" });
});

test.each(["what links it", "its start function"])("while an instance is made, by %s: it is not", async (where) => {
  const runtime = new Runtime();
  const dropped: unknown[] = [];
  let made = 0;
  const builder = runtime.instance(await runtime.load(bytesOf(starter))).linkHost((linker) => {
    if (where === "what links it") void runtime.close();
    linker.resource("thing", { drop: (value) => dropped.push(value) });
    linker.func("begin", () => {
      if (where === "its start function") void runtime.close();
      made += 1;
      return made;
    });
  });
  expect(await failureOf(builder.instantiate())).toMatchObject({ code: "closed" });
  // As far as it came it is given back; what was closed before came nowhere.
  expect([made, dropped]).toEqual(where === "its start function" ? [1, [1]] : [0, []]);
  await runtime.close();
});

test.each(["at once", "while it is waited for"])("by what links it, %s: no code of the guest runs", async (when) => {
  const runtime = new Runtime();
  const log: string[] = [];
  const builder = runtime
    .instance(await runtime.load(bytesOf(starter)))
    .linkHost((linker) => {
      linker.onEnd(() => void log.push("end"));
      linker.resource("thing");
      linker.func("begin", () => log.push("begin"));
    })
    .linkHost(async () => {
      if (when === "while it is waited for") await Promise.resolve();
      await runtime.close();
    })
    .linkHost(() => void log.push("another"));
  expect(await failureOf(builder.instantiate())).toMatchObject({ code: "closed" });
  expect(log).toEqual(["end"]);
});

test("what a component is loaded from", async () => {
  const runtime = new Runtime();
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ url }) => (url.endsWith("/ok.wasm") ? new Response(bytes) : new Response("no", { status: 404 })),
  });
  const data = new URL(`data:application/wasm;base64,${Buffer.from(bytes).toString("base64")}`);
  for (const source of [new URL("/ok.wasm", server.url), data, bytes]) {
    expect((await runtime.load(source)).imports.has("wait")).toBe(true);
  }
  const missing = Object.assign(new URL("/absent.wasm?token=1", server.url), { password: "secret", username: "me" });
  const failure = await failureOf(runtime.load(missing));
  expect(failure).toMatchObject({ code: "http-status", message: expect.stringMatching(/absent\.wasm'.* 404$/) });
  expect(String(failure)).not.toMatch(/secret|token/);
});

const refused: readonly (readonly [source: unknown, words: string])[] = [
  ["http://example.com/a.wasm", "a string is the path of a file: pass what begins with 'http://' as a URL object"],
  ["HTTPS://example.com/a.wasm", "pass what begins with 'HTTPS://' as a URL object"],
  ["file:///a.wasm", "pass what begins with 'file://' as a URL object"],
  [
    new URL("ftp://example.com/a.wasm"),
    "a path, or a URL (of file:, http:, https:, data: or blob:), found one of 'ftp:'",
  ],
  [new ArrayBuffer(8), "a component is loaded from bytes (a Uint8Array), a path, or a URL"],
  [undefined, "found undefined"],
];

test.each(refused)("it is not loaded from %p", async (source, words) => {
  const failure = await failureOf(new Runtime().load(source as string)); // whatever it is
  expect(failure).toBeInstanceOf(TypeError);
  expect(failure).toMatchObject({ code: "invalid-argument", message: expect.stringContaining(words) });
});

test("a runtime is closed where its block ends", async () => {
  const ended = await (async (): Promise<Runtime> => {
    await using inner = new Runtime();
    return inner;
  })();
  expect(await failureOf(ended.load(new Uint8Array()))).toMatchObject({ code: "closed" });
});
