/** What a host may give as standard streams: what can be taken is, and the rest is refused where it is given. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { Readable } from "node:stream";
import { instantiate } from "../../tests/components/wasi/instantiate.ts";
import { failureOf, thrownBy } from "../errors/testing/failure-of.ts";
import { type StdioOptions, WasiStdio } from "./stdio.ts";
import { IoError } from "./stream-error.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: unknown): string => new TextDecoder().decode(bytes as Uint8Array); // of a guest that reads
const start = (options: StdioOptions) => instantiate("stdio", { systems: [new WasiStdio(options)] });

const unhandled: unknown[] = [];
const listen = (reason: unknown): void => void unhandled.push(reason);
const turn = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => void process.on("unhandledRejection", listen));
afterEach(async () => {
  await turn();
  process.off("unhandledRejection", listen);
  expect(unhandled.splice(0)).toEqual([]);
});

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield bytesOf(text);
}

test.each<[string, () => NonNullable<StdioOptions["stdin"]>]>([
  ["an async generator", () => pieces("hel", "", "lo")],
  ["a stream of Node", () => Readable.from([Buffer.from("hel"), Buffer.from("lo")])],
  ["a stream of the web", () => new Response("hello").body as ReadableStream<Uint8Array>], // it has one
])("%s is read to its end", async (_, make) => {
  const instance = await start({ stdin: make() });
  let read = "";
  while (read.length < 5) read += textOf(await instance.call("blocking-read", [9n]));
  expect(read).toBe("hello");
  expect(await failureOf(instance.call("blocking-read", [9n]))).toMatchObject({ payload: { tag: "closed" } });
});

test("an iterable that is given more than once is read by one", async () => {
  const stdin = pieces("ab", "cd");
  const [one, other] = [await start({ stdin }), await start({ stdin })];
  expect(textOf(await one.call("blocking-read", [1n]))).toBe("a");
  expect(textOf(await other.call("blocking-read", [9n]))).toBe("b");
  expect(textOf(await one.call("blocking-read", [9n]))).toBe("cd");
});

test("an iterable that fails is an error of the guest's stream", async () => {
  const stdin: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => {
      throw new Error("a secret of the host");
    },
  };
  const failure = { tag: "last-operation-failed", val: new IoError("the input could not be read") };
  expect(await failureOf((await start({ stdin })).call("blocking-read", [9n]))).toMatchObject({ payload: failure });
});

test("each instance learns that it failed, and the end only behind that", async () => {
  const failing = async function* () {
    yield bytesOf("hello");
    throw new Error("a secret of the host");
  };
  const systems = [new WasiStdio({ stdin: failing() })];
  const [one, other] = [await instantiate("stdio", { systems }), await instantiate("stdio", { systems })];
  expect(textOf(await one.call("blocking-read", [9n]))).toBe("hello");
  for (const instance of [one, other]) {
    const tags = ["last-operation-failed", "closed", "closed"];
    for (const tag of tags) {
      expect(await failureOf(instance.call("blocking-read", [9n]))).toMatchObject({ payload: { tag } });
    }
  }
});

test("chunks that are no bytes are a trap that says so", async () => {
  async function* texts(): AsyncGenerator<string> {
    yield "hello";
  }
  const stdin: unknown = texts();
  const instance = await start({ stdin: stdin as AsyncIterable<Uint8Array> }); // what a program without types gives
  expect(await failureOf(instance.call("blocking-read", [9n]))).toMatchObject({
    code: "trap",
    message: "a function of the host failed: 'stdin' must give bytes (a Uint8Array), found 'hello'",
    cause: { code: "invalid-argument" },
  });
});

test("a stream that is locked between its being given and being read is an error at once", async () => {
  const stdin = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(bytesOf("hello")) });
  const instance = await start({ stdin });
  const reader = stdin.getReader();
  const failure = { tag: "last-operation-failed", val: new IoError("the input could not be read") };
  expect(await failureOf(instance.call("blocking-read", [9n]))).toMatchObject({ payload: failure });
  reader.releaseLock();
  const again = await start({ stdin });
  expect(textOf(await again.call("blocking-read", [9n]))).toBe("hello");
});

const locked = new ReadableStream<Uint8Array>();
locked.getReader();
const wantedIn = "'stdin' must be bytes (a Uint8Array), a ReadableStream of them, or an async iterable of them, found";
const wantedOut = "must be a function that takes bytes, or a WritableStream, found";

test.each<[unknown, string]>([
  [{ stdin: "abc" }, `${wantedIn} 'abc'`],
  [{ stdin: null }, `${wantedIn} null`],
  [{ stdin: 5 }, `${wantedIn} 5`],
  [{ stdin: [1] }, `${wantedIn} an object`],
  [{ stdin: new ArrayBuffer(4) }, `${wantedIn} an object`],
  [{ stdin: locked }, "'stdin' is a ReadableStream that somebody else reads: it is locked"],
  [{ stdout: "out.txt" }, `'stdout' ${wantedOut} 'out.txt'`],
  [{ stderr: null }, `'stderr' ${wantedOut} null`],
  [{ stdout: process.stdout }, `'stdout' ${wantedOut} an object`],
  [{ stdot: () => undefined }, "WasiStdio has no option 'stdot': did you mean 'stdout'?"],
  [{ terminals: "stdout" }, "'terminals' must be an array, found 'stdout'"],
  [{ terminals: ["stdaut"] }, "each of 'terminals' must be 'stdin' or 'stdout' or 'stderr', found 'stdaut'"],
  [5, "the options of WasiStdio must be an object, found 5"],
])("what is none of them is refused, case %#", (options, message) => {
  const failure = thrownBy(() => new WasiStdio(options as StdioOptions)); // whatever JavaScript may hold
  expect(failure).toBeInstanceOf(TypeError);
  expect(failure).toMatchObject({ code: "invalid-argument", message });
});

test("an async function is waited for: the guest goes on when it has taken a piece", async () => {
  const events: string[] = [];
  const takes: (() => void)[] = [];
  const stdout = async (bytes: Uint8Array): Promise<void> => {
    events.push(`begins ${textOf(bytes)}`);
    await new Promise<void>((resolve) => takes.push(resolve));
    events.push(`has ${textOf(bytes)}`);
  };
  const stdio = new WasiStdio({ stdout });
  const instance = await instantiate("stdio", { systems: [stdio] });
  for (const text of ["a", "b"]) {
    const printing = instance.call("print", [bytesOf(text)]).then(() => events.push(`printed ${text}`));
    await turn();
    expect(events.at(-1)).toBe(`begins ${text}`);
    takes.shift()?.();
    await printing;
  }
  expect(events).toEqual(["begins a", "has a", "printed a", "begins b", "has b", "printed b"]);
  await stdio.finish();
});

test("what was permitted before is kept meanwhile, and given as one piece", async () => {
  const given: string[] = [];
  let take: (() => void) | undefined;
  const stdout = (bytes: Uint8Array): Promise<void> => {
    given.push(textOf(bytes));
    return new Promise((resolve) => (take = resolve));
  };
  const stdio = new WasiStdio({ stdout });
  const instance = await instantiate("stdio", { systems: [stdio] });
  await instance.call("room");
  for (const letter of "abc") await instance.call("write", [bytesOf(letter)]);
  expect([given, await instance.call("room")]).toEqual([["a"], 0n]);
  take?.();
  await turn();
  expect(given).toEqual(["a", "bc"]);
  take?.();
  await stdio.finish();
  expect(await instance.call("room")).toBe(1n << 20n);
});

test("a call that cannot be suspended cannot wait for it", async () => {
  const instance = await start({ stdout: () => new Promise(() => undefined) });
  expect(thrownBy(() => instance.func("print")(bytesOf("a")))).toMatchObject({ code: "cannot-block" });
});

test("what its promise is rejected with is the trap of who waits for it, and of who writes next", async () => {
  const cause = new Error("no paper");
  const stdio = new WasiStdio({
    stdout: async () => {
      throw cause;
    },
  });
  const trap = { code: "trap", message: "a function of the host failed: no paper", cause };
  const waiting = await instantiate("stdio", { systems: [stdio] });
  expect(await failureOf(waiting.call("print", [bytesOf("a")]))).toMatchObject(trap);
  const next = await instantiate("stdio", { systems: [stdio] });
  expect(await failureOf(next.call("room"))).toMatchObject(trap);
  expect(await failureOf(stdio.finish())).toBe(cause);
});
