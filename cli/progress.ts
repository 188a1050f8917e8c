/**
 * Draws the progress on stderr.
 *
 * On a terminal: a few lines, redrawn at most ten times a second, the first only after a moment, so that quick commands
 * stay silent. They are wiped before anything else is written (`aside`) and at the end (`close`), so no output, ours or
 * a child's, is ever mixed with them. Elsewhere: a plain line every few seconds, for the log of a long run. With -q:
 * nothing.
 */
import { paintOf } from "./colors.ts";
import type { Host } from "./host.ts";
import { createProgressModel, type Observation, observe, progressLines, summaryLine } from "./progress-model.ts";

export interface Progress {
  readonly observe: (observation: Observation) => void;
  /** Runs `write` with the lines out of the way. */
  readonly aside: (write: () => void) => void;
  /** Wipes the lines for good. */
  readonly close: () => void;
}

export interface ProgressOptions {
  readonly host: Host;
  readonly quiet: boolean;
  readonly color: boolean;
  /** Milliseconds; monotonic. */
  readonly now?: () => number;
}

const silent: Progress = { observe: () => undefined, aside: (write) => write(), close: () => undefined };

export function openProgress(options: ProgressOptions): Progress {
  if (options.quiet) return silent;
  const { isTerminal } = options.host.stderr;
  return isTerminal && options.host.environment["TERM"] !== "dumb" ? drawnProgress(options) : loggedProgress(options);
}

const firstDrawMs = 150;
const redrawMs = 100;

function drawnProgress({ host, color, now = performance.now.bind(performance) }: ProgressOptions): Progress {
  const { stderr } = host;
  const model = createProgressModel();
  const startedMs = now();
  let drawn = 0;
  let drawnMs = startedMs + firstDrawMs - redrawMs;
  let closed = false;
  let timer: ReturnType<typeof setInterval> | undefined;
  const wipe = (): void => {
    // Up one line and clear it, for each line that was drawn; the cursor ends where it began.
    if (drawn > 0) stderr.write("\u001b[1A\u001b[2K".repeat(drawn));
    drawn = 0;
  };
  const draw = (): void => {
    const nowMs = now();
    if (closed || nowMs - drawnMs < redrawMs) return;
    drawnMs = nowMs;
    const lines = progressLines(model, { nowMs, width: stderr.width, paint: paintOf(color) });
    const clear = "\u001b[1A\u001b[2K".repeat(drawn);
    if (drawn > 0 || lines.length > 0) stderr.write(clear + lines.map((line) => `${line}\n`).join(""));
    drawn = lines.length;
  };
  return {
    observe: (observation) => {
      if (closed) return;
      observe(model, observation, now());
      // Rates and the time left change while nothing arrives. The timer must not keep the process alive.
      timer ??= setInterval(draw, redrawMs).unref();
      draw();
    },
    aside: (write) => {
      wipe();
      write();
    },
    close: () => {
      closed = true;
      clearInterval(timer);
      wipe();
    },
  };
}

const logMs = 5_000;

function loggedProgress({ host, now = performance.now.bind(performance) }: ProgressOptions): Progress {
  const model = createProgressModel();
  let loggedMs = now();
  const log = (): void => {
    const nowMs = now();
    if (nowMs - loggedMs < logMs) return;
    loggedMs = nowMs;
    const line = summaryLine(model, { nowMs });
    if (line !== undefined) host.stderr.write(`${line}\n`);
  };
  return {
    ...silent,
    observe: (observation) => {
      observe(model, observation, now());
      log();
    },
  };
}
