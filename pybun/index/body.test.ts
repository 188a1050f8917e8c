/** Bodies of a server that takes its time. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Link, openBody } from "./body.ts";
import { failureOf } from "./testing.ts";
import { openWatchdog } from "./watchdog.ts";

/** `/?every=5&bytes=1&count=9`: so many pieces of so many bytes, so many milliseconds apart; for ever without a count. */
const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? "", "http://h");
  const [every = 0, bytes = 0, count = 0] = ["every", "bytes", "count"].map((name) => Number(searchParams.get(name)));
  if (count > 0) response.setHeader("content-length", bytes * count);
  response.flushHeaders();
  let sent = 0;
  const timer = setInterval(() => {
    response.write(new Uint8Array(bytes));
    if (++sent === count) response.end();
  }, every);
  response.on("close", () => clearInterval(timer));
});

beforeAll(() => void server.listen(0, "127.0.0.1"));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function read(query: string, link: Link, graceMs: number): Promise<number> {
  const stop = new AbortController();
  const timeoutMs = 100;
  // An address of TCP, as it listens to a port.
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/?${query}`, { signal: stop.signal });
  const watchdog = openWatchdog({ timeoutMs, graceMs });
  const body = openBody(response, { url: "http://h/x", timeoutMs, watchdog, link, abort: () => stop.abort() });
  return (await body.all(1e9)).length;
}

describe("a body that comes slowly", () => {
  test("and never ends is left after the grace", async () => {
    expect(await failureOf(() => read("every=10&bytes=1", { isSlow: false }, 300))).toStartWith(
      "E_INDEX_TIMEOUT 'http://h/x' sent less than a kilobyte a second for 0.3 s | UV_HTTP_TIMEOUT",
    );
  });

  test("but keeps up the rate is read to its end: in one go it had no time, piece by piece it has", async () => {
    const link = { isSlow: false };
    const query = "every=10&bytes=100&count=50";
    expect(await failureOf(() => read(query, link, 60_000))).toContain("sent nothing for");
    expect(link.isSlow).toBe(true);
    expect(await read(query, link, 60_000)).toBe(5000);
  });
});

test("pieces that were used are held no longer", async () => {
  const pieces = 200;
  let sent = 0;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent++ < pieces) controller.enqueue(new Uint8Array(64 * 1024));
      else controller.close();
    },
  });
  const watchdog = openWatchdog({ timeoutMs: 10_000 });
  const limits = { url: "https://index/left/", timeoutMs: 10_000, watchdog, link: { isSlow: false } };
  const body = openBody(new Response(source), { ...limits, abort: () => undefined });
  const seen: WeakRef<Uint8Array>[] = [];
  let held = pieces;
  for await (const piece of body.pieces(Infinity)) {
    seen.push(new WeakRef(piece));
    // A collection only sees what is dead after the job that made the references has ended.
    if (seen.length !== pieces) continue;
    await new Promise((resolve) => setImmediate(resolve));
    Bun.gc(true);
    held = seen.filter((reference) => reference.deref() !== undefined).length;
  }
  // The collector takes what it finds on the stack for alive.
  expect(held).toBeLessThan(pieces / 4);
});
