/** A child with a watch: what hangs or dies is ended, and told apart from what answers. */
import { join } from "node:path";
import type { Job, JobReport } from "./job.ts";

export type JobEnd =
  | { readonly kind: "report"; readonly report: JobReport }
  | { readonly kind: "died"; readonly how: string };

/**
 * Memories that JavaScriptCore reserves four gigabytes for are few, and each that is over is waited for: with them a case
 * takes ten times as long.
 */
const environment = { BUN_JSC_useWasmFastMemory: "0" };

export class WatchedChild {
  readonly #canary: string | undefined;
  #child: Bun.Subprocess<"ignore", "inherit", "pipe"> | undefined;
  #isReady: Promise<boolean> = Promise.resolve(false);
  /** How the process ended, once it has. */
  #death: Promise<string> = Promise.resolve("it was not started");
  #answer: ((report: JobReport) => void) | undefined;

  constructor(canary?: string) {
    this.#canary = canary;
  }

  /** @param timeLimitMs for all of the job's cases */
  async run(job: Job, timeLimitMs: number): Promise<JobEnd> {
    const child = this.#child ?? this.#start();
    if (!(await this.#isReady)) throw new Error(`cases cannot be run: ${await this.#death}`);
    const answered = new Promise<JobEnd>((resolve) => {
      this.#answer = (report) => resolve({ kind: "report", report });
    });
    const died = this.#death.then((how): JobEnd => ({ kind: "died", how }));
    const { promise: late, resolve: end } = Promise.withResolvers<JobEnd>();
    const watch = setTimeout(() => end({ kind: "died", how: `no answer within ${timeLimitMs} ms` }), timeLimitMs);
    child.send(job);
    const ended = await Promise.race([answered, died, late]);
    clearTimeout(watch);
    if (ended.kind === "died") await this.stop();
    return ended;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    child?.kill("SIGKILL");
    await child?.exited;
  }

  #start(): Bun.Subprocess<"ignore", "inherit", "pipe"> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const child = Bun.spawn(
      [process.execPath, join(import.meta.dir, "child.ts"), ...(this.#canary === undefined ? [] : [this.#canary])],
      {
        env: { ...process.env, ...environment },
        stdin: "ignore",
        stdout: "inherit",
        stderr: "pipe",
        ipc: (message: JobReport | "ready") => {
          if (message === "ready") resolve(true);
          else this.#answer?.(message);
        },
      },
    );
    this.#child = child;
    this.#death = child.exited.then(() => lastWords(child));
    // One that dies before it is ready would be waited for otherwise.
    this.#isReady = Promise.race([promise, child.exited.then(() => false)]);
    return child;
  }
}

async function lastWords(child: Bun.Subprocess<"ignore", "inherit", "pipe">): Promise<string> {
  const said = (await new Response(child.stderr).text()).trim().slice(-2000);
  return `the process ended: ${child.signalCode ?? `code ${child.exitCode}`}\n${said}`;
}
