/** pypiserver from PyPI, started here: a peer that we did not write, over our own archives. */

import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSdist, buildWheel } from "../../tests/fixture-index/index.ts";
import { oraclePython } from "../../tools/oracles.ts";
import { failureOf, testBench } from "./testing.ts";

/** pypiserver's own start-up cannot take an ephemeral port and tell it; its application, in Python's server, can. */
const serve = `
import sys
from wsgiref.simple_server import make_server, WSGIRequestHandler
import pypiserver
class Quiet(WSGIRequestHandler):
    def log_message(self, *args): pass
application = pypiserver.app(roots=[sys.argv[1]], disable_fallback=True, hash_algo="sha256", log_stream=None)
server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
print(server.server_port, flush=True)
server.serve_forever()
`;

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream) {
    text += new TextDecoder().decode(chunk);
    if (text.includes("\n")) break;
  }
  return text.split("\n", 1)[0] ?? "";
}

test("pages, metadata, downloads and unknown names of a real index server", async () => {
  using bench = testBench();
  const shelf = join(bench.directory, "shelf");
  mkdirSync(shelf);
  const wheel = buildWheel({ name: "my-left", version: "1.0", requires: ["right>=2"] });
  const sdist = buildSdist({ name: "my-left", version: "1.1rc1", requires: ["right"] });
  for (const made of [wheel, sdist]) writeFileSync(join(shelf, made.filename), made.bytes);
  const server = Bun.spawn([await oraclePython(), "-c", serve, shelf], { stdout: "pipe", stderr: "pipe" });
  try {
    const port = await firstLine(server.stdout);
    if (port === "") throw new Error(await new Response(server.stderr).text());
    const client = bench.open({ flags: { defaultIndex: `http://127.0.0.1:${port}/simple/` } });
    const page = await client.page("My.Left");
    expect([page.textAt(0), page.textAt(1), page.count]).toEqual(["1.0", "1.1rc1", 2]);
    const file = page.filesAt(0)[0] ?? expect.unreachable();
    expect(file).toMatchObject({ filename: wheel.filename, hashes: { sha256: wheel.sha256 }, kind: "wheel" });
    expect(await client.metadata(file)).toMatchObject({ name: "my-left", requiresDist: ["right>=2"] });
    expect(await client.metadata(page.filesAt(1)[0] ?? expect.unreachable())).toMatchObject({ version: "1.1rc1" });
    expect((await client.download(file, { write: () => undefined })).sha256).toBe(wheel.sha256);
    expect(await failureOf(() => client.page("nothing-of-the-kind"))).toStartWith("E_PACKAGE_NOT_FOUND");
    client.close();
    expect(
      bench.open({ flags: { defaultIndex: `http://127.0.0.1:${port}/simple` }, offline: true }).page("my-left"),
    ).not.toBeInstanceOf(Promise);
  } finally {
    server.kill();
    await server.exited;
  }
}, 300_000);
