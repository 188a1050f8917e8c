/** No timer outlives who waited for it: a process whose only work was to wait ends when that does. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assemble } from "../../tests/components/assemble.ts";
import { textOf } from "../../tests/components/wasi/instantiate.ts";

const scratch = mkdtempSync(join(tmpdir(), "wasi-timers-"));
const path = join(scratch, "clocks.wasm");

beforeAll(async () => {
  const text = textOf("clocks");
  writeFileSync(path, (await assemble([text]))(text));
}, 120_000);
afterAll(() => rmSync(scratch, { recursive: true }));

const program = (body: string): string => `
  import { readFileSync } from "node:fs";
  import { Runtime } from ${JSON.stringify(join(import.meta.dir, "../runtime/runtime.ts"))};
  import { WasiClocks } from ${JSON.stringify(join(import.meta.dir, "clocks.ts"))};
  const runtime = new Runtime();
  const builder = runtime
    .instance(await runtime.load(readFileSync(${JSON.stringify(path)})))
    .linkSystem(new WasiClocks());
  const days = 20n * 86_400_000_000_000n;
  const codeOf = (call) => call.then(() => "none", ({ code }) => code);
  ${body}`;

const endings: readonly (readonly [string, string, string])[] = [
  [
    "a poll that another timer won",
    `const instance = await builder.instantiate();
     for (let round = 0; round < 3; round += 1) console.log((await instance.call("first-of", [days, 1_000_000n]))[0]);`,
    "1\n1\n1\n",
  ],
  [
    "an instance that is terminated",
    `const instance = await builder.instantiate();
     const call = codeOf(instance.call("sleep", [days]));
     await new Promise((resolve) => setImmediate(resolve));
     await instance.terminate();
     console.log(await call, instance.state);`,
    "terminated terminated\n",
  ],
  [
    "a call whose time is over",
    `const instance = await builder.instantiate();
     console.log(await codeOf(instance.call("first-of", [days, days], { timeoutMs: 200 })), instance.state);`,
    "deadline trapped\n",
  ],
  [
    "an instance whose time is over",
    `const instance = await builder.budget({ wallMs: 200 }).instantiate();
     console.log(await codeOf(instance.call("sleep", [days])), instance.state);`,
    "budget-exhausted exhausted\n",
  ],
];

test.each(endings)("the process ends behind %s", async (_, body, output) => {
  const child = Bun.spawn([process.execPath, "-e", program(body)], { stdout: "pipe", stderr: "inherit" });
  try {
    expect(await new Response(child.stdout).text()).toBe(output);
    expect(await child.exited).toBe(0);
  } finally {
    child.kill();
  }
});
