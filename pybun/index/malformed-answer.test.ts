import { expect, test } from "bun:test";
import { createServer } from "node:net";
import { failureOf, testBench } from "./testing.ts";

async function serve(answer: string): Promise<{ origin: string; [Symbol.asyncDispose]: () => Promise<void> }> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", () => socket.end(answer, "latin1"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

test.each([
  ["HTTP/1.1 200 OK\r\nno colon here\r\n\r\n", "Malformed_HTTP_Response"],
  ["HTTP/1.1 200 OK\r\ncontent-length: abc\r\n\r\nx", "InvalidContentLength"],
  ["HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, foo\r\n\r\nx", "UnsupportedTransferEncoding"],
])("the answer %j is told in one sentence", async (answer, name) => {
  await using server = await serve(answer);
  using bench = testBench();
  const client = bench.open({ flags: { defaultIndex: server.origin }, environment: { UV_HTTP_RETRIES: "0" } });
  expect(await failureOf(() => client.page("left"))).toBe(
    `E_INDEX_NETWORK cannot reach '${server.origin}/left/': its answer is no valid HTTP (${name}) | Check the network and the proxy settings. \`--offline\` uses what is in the cache.`,
  );
});
