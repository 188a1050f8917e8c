/** `isorun run` before readers that take nothing: a pipe that is open for reading, and that nobody reads. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { closeSync, constants, copyFileSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { componentFiles } from "./testing/components.ts";
import { isorunCommand } from "./testing/run-isorun.ts";

const scratch = mkdtempSync(join(tmpdir(), "isorun-stalled-"));
const env = { PATH: process.env["PATH"] ?? "", VIVARIUM_HOME: join(scratch, "home") };

beforeAll(async () => {
  const { program, math } = await componentFiles();
  copyFileSync(program, join(scratch, "program.wasm"));
  copyFileSync(math, join(scratch, "math.wasm"));
}, 120_000);
afterAll(() => rmSync(scratch, { recursive: true }));

const onLinux = test.skipIf(process.platform !== "linux");
const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

let pipes = 0;

interface Pipe extends Disposable {
  readonly reader: number;
  readonly end: number;
}

function openPipe(flags = 0): Pipe {
  const path = join(scratch, `pipe${(pipes += 1)}`);
  Bun.spawnSync(["mkfifo", path]);
  const reader = openSync(path, O_RDONLY | O_NONBLOCK);
  const end = openSync(path, O_WRONLY | flags);
  return { reader, end, [Symbol.dispose]: () => closeSync(reader) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** What there is, at least one byte of it; nothing at the end. */
async function read(reader: number, length: number): Promise<Buffer> {
  const piece = Buffer.alloc(length);
  for (;;) {
    try {
      return piece.subarray(0, readSync(reader, piece));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      await turn();
    }
  }
}

async function readAll(reader: number): Promise<string> {
  const pieces: Buffer[] = [];
  for (let piece = await read(reader, 1 << 16); piece.length > 0; piece = await read(reader, 1 << 16))
    pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

const spawn = (argv: readonly string[], streams: { readonly stdout: number; readonly stderr: number | "pipe" }) =>
  Bun.spawn([...isorunCommand, "run", ...argv], { cwd: scratch, env, ...streams });

/** On its stderr, which is a pipe that is read. */
const wordsOf = ({ stderr }: ReturnType<typeof spawn>) => new Response(stderr as ReadableStream).text();

onLinux.each([
  ["that waits", 0],
  ["that does not wait", O_NONBLOCK],
])(
  "--wall ends who writes into a pipe %s, and the words about it are read",
  async (_, flags) => {
    using pipe = openPipe(flags);
    const child = spawn(["--wall=300ms", "program.wasm", "flood"], { stdout: pipe.end, stderr: "pipe" });
    expect(await wordsOf(child)).toStartWith("error[E_BUDGET_EXHAUSTED]: the budget of wall time is exhausted");
    expect(await child.exited).toBe(124);
    closeSync(pipe.end);
  },
  20_000,
);

onLinux(
  "and where nobody reads these either, the command ends with the same code",
  async () => {
    using pipe = openPipe();
    const child = spawn(["--wall=300ms", "program.wasm", "flood"], { stdout: pipe.end, stderr: pipe.end });
    expect(await child.exited).toBe(124);
    closeSync(pipe.end);
  },
  20_000,
);

onLinux(
  "a result that nobody reads is limited too",
  async () => {
    using pipe = openPipe();
    // As many bytes as a pipe takes, and twice as many characters.
    const long = String.raw`\n`.repeat(50_000);
    const argv = ["--wall=300ms", "math.wasm", "--invoke", `echo("${long}")`];
    const child = spawn(argv, { stdout: pipe.end, stderr: "pipe" });
    expect(await wordsOf(child)).toStartWith("error[E_BUDGET_EXHAUSTED]: the budget of wall time is exhausted");
    expect(await child.exited).toBe(124);
    closeSync(pipe.end);
  },
  20_000,
);

onLinux(
  "events are whole lines, to the last one, also for who reads them behind the limit",
  async () => {
    using pipe = openPipe();
    const child = spawn(["--wall=300ms", "--format=jsonl", "program.wasm", "flood"], {
      stdout: pipe.end,
      stderr: "pipe",
    });
    // The pipe takes what it has room for, and this reader nothing before the limit is over.
    const first = await read(pipe.reader, 1);
    const startMs = performance.now();
    while (performance.now() - startMs < 500) await turn();
    closeSync(pipe.end);
    const lines = `${first.toString()}${await readAll(pipe.reader)}`.trimEnd().split("\n");
    expect(await child.exited).toBe(124);
    const events = lines.map((line) => JSON.parse(line) as { kind: string; data?: string; duration_ms?: number });
    const text = events.map(({ kind, data = "" }) => (kind === "run.output" ? data : "")).join("");
    expect("some words on stderr\n".repeat(text.length).startsWith(text)).toBe(true);
    expect(events.slice(-4).map(({ kind }) => kind)).toEqual([
      "budget.exhausted",
      "run.exit",
      "diagnostic",
      "command.finish",
    ]);
    expect(events.find(({ kind }) => kind === "run.exit")?.duration_ms).toBeLessThan(1000);
  },
  20_000,
);

onLinux.each(["SIGINT", "SIGTERM"] as const)(
  "%s ends who waits for a reader",
  async (signal) => {
    using pipe = openPipe();
    const child = spawn(["program.wasm", "flood"], { stdout: pipe.end, stderr: "pipe" });
    // Once there is output, the program runs; it soon has no room for more.
    await read(pipe.reader, 1);
    child.kill(signal);
    expect(await wordsOf(child)).toStartWith("error[E_INTERRUPTED]");
    expect(await child.exited).toBe(signal === "SIGINT" ? 130 : 143);
    closeSync(pipe.end);
  },
  20_000,
);
