import { describe, expect, test } from "bun:test";
import type { Host } from "./host.ts";
import { openProgress } from "./progress.ts";
import { runInTerminal } from "./testing/run-in-terminal.ts";

interface Recorded {
  readonly host: Host;
  /** What stderr and stdout got, in order. */
  readonly written: string[];
}

function record({ isTerminal, term = "xterm" }: { isTerminal: boolean; term?: string }): Recorded {
  const written: string[] = [];
  const stream = { isTerminal, width: 80, write: (text: string) => void written.push(text) };
  const environment = { TERM: term };
  const host: Host = { environment, cwd: "/", home: "/", platform: "linux", stdout: stream, stderr: stream };
  return { host, written };
}

const step = (bytes: number) =>
  ({ kind: "download.progress", fields: { name: "numpy", bytes_done: bytes, bytes_total: 1_000 } }) as const;

const clearLine = "\u001b[1A\u001b[2K";
const lines = (amount: string): string => `Downloading 1 file, ${amount} of 1 kB\n`;

describe("on a terminal", () => {
  test("nothing is drawn at first; then at most ten times a second; wiped at the end", () => {
    const { host, written } = record({ isTerminal: true });
    let nowMs = 0;
    const progress = openProgress({ host, quiet: false, color: false, now: () => nowMs });
    const at = (timeMs: number, bytes: number): void => {
      nowMs = timeMs;
      progress.observe(step(bytes));
    };
    at(10, 0);
    at(149, 100);
    expect(written).toEqual([]);
    at(150, 100);
    at(200, 200);
    expect(written).toHaveLength(1);
    expect(written[0]).toStartWith(lines("100 B"));
    at(250, 300);
    expect(written[1]).toStartWith(clearLine + clearLine + "Downloading 1 file, 300 B of 1 kB");
    progress.close();
    expect(written[2]).toBe(clearLine + clearLine);
    at(1_000, 900);
    expect(written).toHaveLength(3);
  });

  test("other output is written with the lines out of the way", () => {
    const { host, written } = record({ isTerminal: true });
    let nowMs = 0;
    const progress = openProgress({ host, quiet: false, color: false, now: () => nowMs });
    nowMs = 200;
    progress.observe(step(100));
    written.length = 0;
    progress.aside(() => host.stdout.write("result\n"));
    progress.close();
    expect(written).toEqual([clearLine + clearLine, "result\n"]);
  });
});

describe("elsewhere", () => {
  test.each([
    ["no terminal", { isTerminal: false }],
    ["TERM=dumb", { isTerminal: true, term: "dumb" }],
  ])("%s: a plain line every five seconds", (_, terminal) => {
    const { host, written } = record(terminal);
    let nowMs = 0;
    const progress = openProgress({ host, quiet: false, color: false, now: () => nowMs });
    for (nowMs = 0; nowMs <= 11_000; nowMs += 500) progress.observe(step(nowMs / 20));
    progress.close();
    expect(written).toEqual([
      "Downloading 1 file, 250 B of 1 kB, 50 B/s, 15 s left\n",
      "Downloading 1 file, 500 B of 1 kB, 50 B/s, 10 s left\n",
    ]);
  });

  test("with -q nothing", () => {
    const { host, written } = record({ isTerminal: true });
    let nowMs = 0;
    const progress = openProgress({ host, quiet: true, color: false, now: () => (nowMs += 1_000) });
    progress.observe(step(100));
    progress.close();
    expect(written).toEqual([]);
  });
});

describe("in a real terminal", () => {
  test("a command's progress leaves its output, and nothing else, on the screen", async () => {
    const { screen, raw } = await runInTerminal(["download", "30"]);
    expect(Bun.stripANSI(raw)).toContain("Downloading 3 files");
    expect(screen).toEqual(["half-way"]);
  }, 10_000);

  test("a narrow one gets no line that wraps", async () => {
    const { screen, raw } = await runInTerminal(["download", "30"], { columns: 30 });
    for (const line of Bun.stripANSI(raw).split(/\r?\n/)) expect(Bun.stringWidth(line)).toBeLessThan(30);
    expect(screen).toEqual(["half-way"]);
  }, 10_000);

  test("NO_COLOR takes the colours, not the progress; -q takes both", async () => {
    const colorful = await runInTerminal(["download", "20"]);
    expect(colorful.raw).toContain("\u001b[36m");
    const plain = await runInTerminal(["download", "20"], { environment: { NO_COLOR: "1" } });
    expect(plain.raw).toContain("Downloading 3 files");
    expect(plain.raw).not.toMatch(/\u001b\[\d+m/);
    const quiet = await runInTerminal(["download", "20", "-q"]);
    expect(quiet.raw).toBe("half-way\r\n");
  }, 10_000);

  test("Ctrl-C wipes the progress before it says so", async () => {
    const { screen, exitCode } = await runInTerminal(["download", "1000"], { interruptAfter: "Downloading" });
    expect(screen).toEqual(["error[E_INTERRUPTED]: interrupted by SIGINT"]);
    expect(exitCode).toBe(130);
  }, 10_000);
});
