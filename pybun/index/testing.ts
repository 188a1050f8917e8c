/** What the tests of this folder share: a client over fixture indexes, a clock that nobody waits for, and codes of failures. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem, renderProblem } from "@vivarium/core/diagnostic";
import type { Environment } from "@vivarium/core/paths";
import type { Report } from "@vivarium/core/report";
import { type ClientOptions, type IndexClient, openIndexClient } from "./client.ts";
import type { Clock } from "./clock.ts";
import { type IndexFlags, loadIndexConfig } from "./config.ts";
import { indexDiagnostics } from "./diagnostics.ts";

export interface TestClock extends Clock {
  readonly advance: (ms: number) => void;
  /** Every wait that was asked for. */
  readonly waits: number[];
}

/** Time that stands still until somebody waits or advances it. */
export function testClock(startMs = Date.now()): TestClock {
  let nowMs = startMs;
  const waits: number[] = [];
  return {
    nowMs: () => nowMs,
    random: () => 0.5,
    waits,
    advance: (ms) => void (nowMs += ms),
    wait(ms) {
      waits.push(ms);
      nowMs += ms;
      return Promise.resolve();
    },
  };
}

export interface TestBench {
  readonly directory: string;
  readonly clock: TestClock;
  /** Codes and rendered messages of warnings, and every event as JSON, in one list: nothing in it may hold a secret. */
  readonly told: string[];
  readonly open: (options?: OpenOptions) => IndexClient;
  [Symbol.dispose](): void;
}

export interface OpenOptions extends Partial<Pick<ClientOptions, "offline" | "refresh" | "signal">> {
  readonly flags?: IndexFlags;
  readonly environment?: Environment;
  readonly timeoutMs?: number;
}

/** A temporary directory (cache and home in one) and clients over it. */
export function testBench(): TestBench {
  const directory = mkdtempSync(join(tmpdir(), "index-"));
  const clock = testClock();
  const told: string[] = [];
  const report: Report = {
    emit: (kind, fields) => void told.push(JSON.stringify({ kind, ...fields })),
    warn: (problem) => void told.push(textOf(problem)),
  };
  const clients: IndexClient[] = [];
  return {
    directory,
    clock,
    told,
    open({ flags = {}, environment = {}, timeoutMs, ...options } = {}) {
      const sandboxed = { PIP_CONFIG_FILE: "/dev/null", ...environment };
      const loaded = loadIndexConfig({ flags, environment: sandboxed, home: directory, platform: "linux" });
      const config = timeoutMs === undefined ? loaded : { ...loaded, timeoutMs };
      const client = openIndexClient({
        config,
        cacheRoot: directory,
        report,
        offline: false,
        refresh: false,
        clock,
        ...options,
      });
      clients.push(client);
      return client;
    },
    [Symbol.dispose]() {
      for (const client of clients) client.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** "CODE message | hint", as a user would see it. */
export function textOf(problem: Problem): string {
  const { code, message, hint } = renderProblem(problem, indexDiagnostics);
  return `${code} ${message}${hint === undefined ? "" : ` | ${hint}`}`;
}

/** The text of the problem that `work` ends with; a test that gets another result fails. */
export async function failureOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Problem) return textOf(error);
    throw error;
  }
  throw new Error("it succeeded");
}
