/** The smoke in each engine: here, in the pinned Node, and in a Chromium that is installed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BunPlugin } from "bun";
import { npmOracle, oracleNode } from "../../tools/npm-oracles.ts";
import { assemble } from "../components/assemble.ts";
import { type Components, type SmokeResult, smoke } from "./smoke.ts";
import type { WideSizes } from "./wide-sizes.ts";

const paths = {
  smoke: "smoke.wat",
  consumer: "consumer.wat",
  kernels: join("..", "..", "bench", "isorun", "fuel.wat"),
};

async function components(): Promise<Components> {
  const texts = Object.entries(paths).map(([name, path]) => {
    return [name, readFileSync(join(import.meta.dir, path), "utf8")] as const;
  });
  const read = await assemble(texts.map(([, text]) => text));
  // Of the same names.
  return Object.fromEntries(texts.map(([name, text]) => [name, read(text)])) as unknown as Components;
}

export const inBun = async (): Promise<SmokeResult> => smoke(await components());

export async function inNode(): Promise<SmokeResult> {
  // What the smoke gives.
  return (await printedByNode(`${await scriptOf()}\nconsole.log(JSON.stringify(await run));`)) as SmokeResult;
}

export async function wideSizesInNode(): Promise<WideSizes> {
  const code = await bundleOf("wide-sizes.ts");
  // What it gives.
  return (await printedByNode(`${code}\nconsole.log(JSON.stringify(wideSizes()));`)) as WideSizes;
}

/** The one line of JSON that the program prints. */
async function printedByNode(program: string): Promise<unknown> {
  const ran = Bun.spawnSync([await oracleNode(), "--input-type=module", "-"], {
    stdin: new TextEncoder().encode(program),
  });
  if (ran.exitCode !== 0) throw new Error(`Node failed: ${ran.stderr.toString()}`);
  return JSON.parse(ran.stdout.toString());
}

/** Of playwright-core what is used here. */
interface Playwright {
  readonly chromium: {
    launch(options: object): Promise<{
      newPage(): Promise<{ goto(url: string): Promise<unknown>; evaluate(script: string): Promise<unknown> }>;
      close(): Promise<void>;
    }>;
  };
}

/** Throws where no Chromium is installed. */
export async function inChromium(): Promise<SmokeResult> {
  const executablePath = Bun.which("chromium") ?? Bun.which("google-chrome");
  if (executablePath === null) throw new Error("no Chromium is installed: on Debian, `apt-get install chromium`");
  const module = join(await npmOracle("browser"), "node_modules", "playwright-core", "index.mjs");
  const { chromium } = (await import(module)) as Playwright;
  // Containers have no namespaces for its sandbox; what it opens is our own page.
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  // The engine asks for a digest, which pages have from secure origins only: loopback is one.
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("<!doctype html>", html) });
  try {
    const page = await browser.newPage();
    await page.goto(server.url.href);
    return (await page.evaluate(`(async () => { ${await scriptOf()}\nreturn run; })()`)) as SmokeResult;
  } finally {
    await server.stop(true);
    await browser.close();
  }
}

const html = { headers: { "content-type": "text/html" } };

/** Loaded only where a store is asked for, which needs files. */
const withoutStore: BunPlugin = {
  name: "without store",
  setup: (build) => void build.onResolve({ filter: /\/module-store\.ts$/ }, ({ path }) => ({ path, external: true })),
};

/** A file of this folder with all that it imports, as one script without exports. */
async function bundleOf(file: string): Promise<string> {
  const built = await Bun.build({
    entrypoints: [join(import.meta.dir, file)],
    target: "browser",
    plugins: [withoutStore],
  });
  const [output] = built.outputs;
  if (output === undefined) throw new Error("there is no bundle");
  return (await output.text()).replace(/export\s*\{[^}]*\};?\s*$/, "");
}

/** The bundle and its input as one script, whose `run` is the promise of a result. */
async function scriptOf(): Promise<string> {
  const code = await bundleOf("smoke.ts");
  // No name of its own: any could be one of the bundle's.
  const pairs = Object.entries(await components()).map(([name, bytes]) => [name, bytes.toBase64()]);
  const decode = "([name, text]) => [name, Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))]";
  return `${code}\nconst run = smoke(Object.fromEntries(${JSON.stringify(pairs)}.map(${decode})));`;
}
