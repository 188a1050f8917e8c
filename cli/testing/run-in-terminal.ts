/** For tests: runs the fixture program on a pseudo-terminal and reads the screen that it leaves behind. */
import { join } from "node:path";

export interface TerminalRun {
  /** Everything that was sent to the terminal. */
  readonly raw: string;
  /** The lines that a person sees at the end, without colours and trailing empty lines. */
  readonly screen: readonly string[];
  readonly exitCode: number;
}

export interface TerminalOptions {
  readonly columns?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Sends SIGINT once this text was seen. */
  readonly interruptAfter?: string;
}

const fixture = join(import.meta.dir, "fixture-program.ts");

export async function runInTerminal(argv: readonly string[], options: TerminalOptions = {}): Promise<TerminalRun> {
  const decoder = new TextDecoder();
  let raw = "";
  let interrupted = false;
  const { PATH = "", HOME = "" } = process.env;
  const child = Bun.spawn([process.execPath, fixture, ...argv], {
    env: { PATH, HOME, TERM: "xterm", ...options.environment },
    terminal: {
      cols: options.columns ?? 80,
      rows: 24,
      data: (_, bytes) => {
        raw += decoder.decode(bytes, { stream: true });
        if (interrupted || options.interruptAfter === undefined || !raw.includes(options.interruptAfter)) return;
        interrupted = true;
        child.kill("SIGINT");
      },
    },
  });
  const exitCode = await child.exited;
  child.terminal?.close();
  return { raw, screen: screenOf(raw), exitCode };
}

/** Plays the few controls that we send: line ends, one line up, clear the line. Wide enough that nothing wraps. */
function screenOf(raw: string): string[] {
  const lines: string[] = [];
  let row = 0;
  for (const [token] of raw.replaceAll(/\u001b\[\d+m/g, "").matchAll(/\u001b\[1A|\u001b\[2K|\r?\n|[^\u001b\r\n]+/g)) {
    if (token === "\u001b[1A") row--;
    else if (token === "\u001b[2K") lines[row] = "";
    else if (token.endsWith("\n")) row++;
    else lines[row] = (lines[row] ?? "") + token;
  }
  return Array.from(lines, (line) => line ?? "").filter(
    (line, index, all) => line !== "" || all.slice(index).some(Boolean),
  );
}
