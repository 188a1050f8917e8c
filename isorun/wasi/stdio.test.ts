import { describe, expect, test } from "bun:test";
import { builderOf, instantiate } from "../../tests/components/wasi/instantiate.ts";
import { BudgetExhausted, ComponentError } from "../errors/errors.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import { WasiClocks } from "./clocks.ts";
import { inputFrom } from "./input.ts";
import { CollectedOutput, outputTo } from "./output.ts";
import { type StdioOptions, WasiStdio } from "./stdio.ts";
import { IoError } from "./stream-error.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const start = (options: StdioOptions) => instantiate("stdio", { systems: [new WasiStdio(options)] });
const payloadOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => "no error",
    (error: unknown) => (error instanceof ComponentError ? error.payload : error),
  );

describe("output", () => {
  test("is collected", async () => {
    const [stdout, stderr] = [new CollectedOutput({ bytesMax: 100 }), new CollectedOutput({ bytesMax: 100 })];
    const instance = await start({ stdout, stderr });
    await instance.call("print", [bytesOf("hello, ")]);
    await instance.call("print", [bytesOf("wörld\n")]);
    await instance.call("complain", [3n]);
    expect(stdout.text).toBe("hello, wörld\n");
    expect(stderr.bytes).toEqual(new Uint8Array(3));
  });

  test("is forgotten where nobody asks for it", async () => {
    const instance = await start({});
    await instance.call("print", [bytesOf("hello")]);
    expect(instance.state).toBe("ready");
  });

  test("has a limit, up to which it is kept", async () => {
    const stdout = new CollectedOutput({ bytesMax: 8 });
    const instance = await start({ stdout });
    const message = "the output has reached its limit of 8 bytes";
    const failure = { tag: "last-operation-failed", val: new IoError(message) };
    expect(await payloadOf(instance.call("print", [bytesOf("0123456789")]))).toEqual(failure);
    for (let round = 0; round < 2; round += 1) {
      expect(await payloadOf(instance.call("print", [bytesOf("x")]))).toEqual({ tag: "closed" });
    }
    expect(await (await start({ stdout })).call("failure", [bytesOf("x")])).toBe(message);
    expect(stdout.text).toBe("01234567");
  });

  test("over its budget ends the instance that wrote it, behind what fits; others that share the streams go on", async () => {
    const stdout = new CollectedOutput({ bytesMax: 1000 });
    const errors: string[] = [];
    const stderr = (bytes: Uint8Array): void => void errors.push(new TextDecoder().decode(bytes));
    const builder = (await builderOf("stdio", { systems: [new WasiStdio({ stdout, stderr })] })).budget({
      maxOutputBytes: 8,
    });
    const [instance, neighbour] = [await builder.instantiate(), await builder.instantiate()];
    await instance.call("print", [bytesOf("12345")]);
    await instance.call("complain", [2n]);
    const end = await failureOf(instance.call("print", [bytesOf("678")]));
    expect(end).toBeInstanceOf(BudgetExhausted);
    expect(end).toMatchObject({ field: "maxOutputBytes", limit: 8, used: 10 });
    expect(instance.state).toBe("exhausted");
    await neighbour.call("print", [bytesOf("abcdefgh")]);
    expect([stdout.text, errors, neighbour.state]).toEqual(["123456abcdefgh", ["\0\0"], "ready"]);
    expect(await failureOf(neighbour.call("complain", [1n]))).toMatchObject({ used: 9 });
    expect(errors).toHaveLength(1);
  });

  test("over its budget, to a stream of the web", async () => {
    const chunks: string[] = [];
    const decoder = new TextDecoder();
    const stdio = new WasiStdio({
      stdout: new WritableStream({ write: (b: Uint8Array) => void chunks.push(decoder.decode(b)) }),
    });
    const instance = await (await builderOf("stdio", { systems: [stdio] })).budget({ maxOutputBytes: 3 }).instantiate();
    expect(await failureOf(instance.call("print", [bytesOf("1234")]))).toMatchObject({ field: "maxOutputBytes" });
    await stdio.finish();
    expect(chunks.join("")).toBe("123");
  });

  test("goes to a function, piece by piece, and what that throws is a trap", async () => {
    const pieces: string[] = [];
    const stdout = (bytes: Uint8Array): void => {
      if (pieces.length === 2) throw new Error("no paper");
      pieces.push(new TextDecoder().decode(bytes));
    };
    const instance = await start({ stdout });
    await instance.call("print", [bytesOf("a")]);
    await instance.call("print", [bytesOf("b")]);
    expect(pieces).toEqual(["a", "b"]);
    expect(await failureOf(instance.call("print", [bytesOf("c")]))).toMatchObject({
      message: expect.stringContaining("no paper"),
    });
  });

  test("goes to a stream of the web, whose failure the guest learns and the host is told", async () => {
    const chunks: string[] = [];
    const target = new WritableStream<Uint8Array>({
      write: (bytes) => {
        const text = new TextDecoder().decode(bytes);
        if (text === "bad") throw new Error("no space left");
        chunks.push(text);
      },
    });
    const stdio = new WasiStdio({ stdout: target });
    const instance = await instantiate("stdio", { systems: [stdio] });
    await instance.call("print", [bytesOf("good")]);
    await stdio.finish();
    expect(chunks).toEqual(["good"]);
    expect(target.locked).toBe(false);
    await instance.call("print", [bytesOf("bad")]);
    expect(await failureOf(stdio.finish())).toMatchObject({ message: expect.stringContaining("no space left") });
    expect(await instance.call("failure", [bytesOf("x")])).toBe("the output could not be written");
  });

  test("pieces that come while a stream of the web is busy are written as one", async () => {
    const chunks: string[] = [];
    const write = (bytes: Uint8Array): void => void chunks.push(new TextDecoder().decode(bytes));
    const stdio = new WasiStdio({ stdout: new WritableStream({ write }) });
    const instance = await instantiate("stdio", { systems: [stdio] });
    const print = instance.func("print");
    instance.func("room")();
    instance.func("write")(new Uint8Array());
    for (const letter of "abcd") print(bytesOf(letter));
    await stdio.finish();
    expect(chunks).toEqual(["a", "bcd"]);
  });

  test("a stream of the web that does not take its bytes makes the guest wait, which a synchronous call cannot", async () => {
    const stdout = new WritableStream<Uint8Array>({ write: () => new Promise(() => undefined) });
    const instance = await start({ stdout });
    const page = new Uint8Array(4096);
    for (let at = 0; at < (1 << 20) - page.length; at += page.length) await instance.call("print", [page]);
    expect(await instance.call("room")).toBe(4096n);
    expect(await failureOf(Promise.try(() => instance.func("print")(page)))).toMatchObject({ code: "cannot-block" });
  });
});

describe("permits", () => {
  test("what was permitted can be written, once", async () => {
    const stdout = new CollectedOutput({ bytesMax: 4 });
    const instance = await start({ stdout });
    expect(await instance.call("room")).toBe(4n);
    await instance.call("write", [bytesOf("abc")]);
    expect(await failureOf(instance.call("write", [bytesOf("de")]))).toMatchObject({
      message: expect.stringContaining("'check-write' permitted 1"),
    });
    expect(stdout.text).toBe("abc");
  });

  test("writing without one is a trap", async () => {
    const instance = await start({});
    await instance.call("write", [new Uint8Array()]);
    expect(await failureOf(instance.call("write", [bytesOf("x")]))).toMatchObject({
      message: expect.stringContaining("'check-write' permitted 0"),
    });
  });

  test("are used up by what is written without them, and never less than none", () => {
    const output = outputTo(new WritableStream({ write: () => new Promise(() => undefined) }));
    expect(output.checkWrite()).toBe(1n << 20n);
    output.blockingWriteAndFlush(new Uint8Array(4096));
    expect(() => output.write(new Uint8Array(1 << 20))).toThrow("permitted 1044480");
    output.write(new Uint8Array((1 << 20) - 4096));
    expect(output.checkWrite()).toBe(0n);
    expect(output.splice(inputFrom(new Uint8Array(20_000)), 10n)).toBe(0n);
  });

  test("of several that share a stream are more than its room: then there is none", async () => {
    const stdout = new WritableStream<Uint8Array>({ write: () => new Promise(() => undefined) });
    const builder = await builderOf("stdio", { systems: [new WasiStdio({ stdout })] });
    const [one, other] = [await builder.instantiate(), await builder.instantiate()];
    const mebibyte = new Uint8Array(1 << 20);
    for (const each of [one, other]) expect(await each.call("room")).toBe(1n << 20n);
    for (const each of [one, other]) await each.call("write", [mebibyte]);
    for (const each of [one, other]) expect(await each.call("room")).toBe(0n);
  });

  test("of several that share a limit keep it", async () => {
    const stdout = new CollectedOutput({ bytesMax: 4 });
    const builder = await builderOf("stdio", { systems: [new WasiStdio({ stdout })] });
    const [one, other] = [await builder.instantiate(), await builder.instantiate()];
    for (const each of [one, other]) expect(await each.call("room")).toBe(4n);
    await one.call("write", [bytesOf("abc")]);
    expect(await payloadOf(other.call("write", [bytesOf("def")]))).toMatchObject({ tag: "last-operation-failed" });
    expect(stdout.text).toBe("abcd");
  });

  test("more than 4096 bytes are not flushed in one call", async () => {
    expect(await failureOf((await start({})).call("print", [new Uint8Array(4097)]))).toMatchObject({
      message: expect.stringContaining("4096 is the most"),
    });
    expect(await failureOf((await start({})).call("complain", [2n ** 63n]))).toMatchObject({
      message: expect.stringContaining("4096 is the most"),
    });
  });
});

describe("input", () => {
  test("bytes are read to their end", async () => {
    const instance = await start({ stdin: bytesOf("hello") });
    expect(await instance.call("has-input")).toBe(true);
    expect(await instance.call("read", [0n])).toEqual(new Uint8Array());
    expect(await instance.call("read", [2n])).toEqual(bytesOf("he"));
    expect(await instance.call("skip", [1n])).toBe(1n);
    expect(await instance.call("blocking-read", [2n ** 64n - 1n])).toEqual(bytesOf("lo"));
    expect(await payloadOf(instance.call("read", [1n]))).toEqual({ tag: "closed" });
    expect(await payloadOf(instance.call("blocking-read", [1n]))).toEqual({ tag: "closed" });
  });

  test("there is none where none was given", async () => {
    expect(await payloadOf((await start({})).call("read", [1n]))).toEqual({ tag: "closed" });
  });

  test("goes straight to the output", async () => {
    const stdout = new CollectedOutput({ bytesMax: 100 });
    const instance = await start({ stdin: bytesOf("hello"), stdout });
    expect(await instance.call("copy", [4n])).toBe(4n);
    expect(await instance.call("copy", [4n])).toBe(1n);
    expect(await payloadOf(instance.call("copy", [4n]))).toEqual({ tag: "closed" });
    expect(stdout.text).toBe("hello");
  });

  test("stays the host's own, whatever is done with what it was copied to", async () => {
    const stdin = bytesOf("hello");
    const instance = await start({ stdin, stdout: (bytes) => void bytes.fill(0) });
    expect(await instance.call("copy", [4n])).toBe(4n);
    expect(stdin).toEqual(bytesOf("hello"));
    expect(await instance.call("read", [4n])).toEqual(bytesOf("o"));
  });

  test("a stream of the web is read as it comes, and fails as it fails", async () => {
    let feed: ReadableStreamDefaultController<Uint8Array> | undefined;
    const stdin = new ReadableStream<Uint8Array>({ start: (controller) => void (feed = controller) });
    const instance = await start({ stdin });
    expect(await instance.call("read", [9n])).toEqual(new Uint8Array());
    expect(await instance.call("has-input")).toBe(false);
    feed?.enqueue(bytesOf("hello"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(await instance.call("has-input")).toBe(true);
    expect(await instance.call("read", [9n])).toEqual(bytesOf("hello"));
    expect(await instance.call("read", [9n])).toEqual(new Uint8Array());
    feed?.error(new Error("a secret of the host"));
    await new Promise((resolve) => setImmediate(resolve));
    const failure = { tag: "last-operation-failed", val: new IoError("the input could not be read") };
    expect(await payloadOf(instance.call("blocking-read", [9n]))).toEqual(failure);
    expect(await payloadOf(instance.call("blocking-read", [9n]))).toEqual({ tag: "closed" });
  });

  test("what is not there yet cannot be waited for in a synchronous call", async () => {
    const instance = await start({ stdin: new ReadableStream<Uint8Array>() });
    expect(await failureOf(Promise.try(() => instance.func("blocking-read")(1n)))).toMatchObject({
      code: "cannot-block",
    });
  });
});

test("input that an instance waited for when it ended is there for others", async () => {
  let feed: ReadableStreamDefaultController<Uint8Array> | undefined;
  const stdin = new ReadableStream<Uint8Array>({ start: (controller) => void (feed = controller) });
  const builder = await builderOf("stdio", { systems: [new WasiStdio({ stdin })] });
  const [one, other] = [await builder.instantiate(), await builder.instantiate()];
  const ended = failureOf(one.call("blocking-read", [9n]));
  await new Promise((resolve) => setImmediate(resolve));
  await one.terminate();
  expect(await ended).toMatchObject({ code: "terminated" });
  feed?.enqueue(bytesOf("hello"));
  await new Promise((resolve) => setImmediate(resolve));
  expect(await other.call("blocking-read", [9n])).toEqual(bytesOf("hello"));
});

test("one stream of the web may be given more than once", async () => {
  const chunks: string[] = [];
  const stream = new WritableStream<Uint8Array>({
    write: async (bytes) => void chunks.push(new TextDecoder().decode(bytes)),
  });
  const stdin = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(bytesOf("hello")) });
  const stdios = [1, 2].map(() => new WasiStdio({ stdin, stdout: stream, stderr: stream }));
  for (const stdio of stdios) {
    const instance = await instantiate("stdio", { systems: [stdio] });
    expect(await instance.call("blocking-read", [2n])).toHaveLength(2);
    await instance.call("print", [bytesOf("out")]);
    await instance.call("complain", [2n]);
  }
  for (const stdio of stdios) await stdio.finish();
  expect(chunks.join("")).toBe("out\0\0out\0\0");
});

test("a stream of the web that was locked can be given again", async () => {
  const chunks: string[] = [];
  const decoder = new TextDecoder();
  const stdout = new WritableStream<Uint8Array>({ write: (bytes) => void chunks.push(decoder.decode(bytes)) });
  const writer = stdout.getWriter();
  const locked = await start({ stdout });
  expect(await payloadOf(locked.call("print", [bytesOf("a")]))).toMatchObject({ tag: "last-operation-failed" });
  writer.releaseLock();
  const stdio = new WasiStdio({ stdout });
  await (await instantiate("stdio", { systems: [stdio] })).call("print", [bytesOf("c")]);
  await stdio.finish();
  expect(chunks).toEqual(["c"]);
});

test("terminals are those that were said to be", async () => {
  const instance = await start({ terminals: ["stdout"] });
  expect(await instance.call("is-terminal", [true])).toBe(true);
  expect(await instance.call("is-terminal", [false])).toBe(false);
});

test("wasi:io is one, however many install it and in whichever order", async () => {
  for (const order of [
    [new WasiClocks(), new WasiStdio()],
    [new WasiStdio(), new WasiClocks(), new WasiStdio()],
  ]) {
    expect(await (await instantiate("stdio", { systems: [...order] })).call("has-input")).toBe(true);
  }
});
