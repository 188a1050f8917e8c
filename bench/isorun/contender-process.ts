/**
 * Contenders in processes of their own: a heap, a queue of the compiler and the engine's few fast memories are nobody
 * else's. One line of JSON on its standard input asks for one measurement, one line on its standard output answers; it
 * ends with its standard input.
 */
import { join } from "node:path";
import type { Measured, MeasuredSingly, TimedContender } from "../contender.ts";
import type { Job, Request } from "./job.ts";

/** The slowest answer, warming up in Python of a busy machine included, takes some seconds. */
const answerLimitMs = 120_000;
const endLimitMs = 10_000;

export class ContenderProcess {
  readonly #name: string;
  readonly #child: Bun.Subprocess<"pipe", "pipe", "pipe">;
  readonly #lines: AsyncGenerator<string>;
  /** Read from the beginning, so that nobody waits for room in the pipe. */
  readonly #errors: Promise<string>;

  constructor(name: string, command: readonly string[]) {
    this.#name = name;
    this.#child = Bun.spawn([...command], { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
    // One that nobody asks keeps this process from nothing, and ends with it.
    this.#child.unref();
    this.#lines = readLines(this.#child.stdout);
    this.#errors = this.#child.stderr.text();
  }

  /** @throws Error where the process ends, or has no answer within the limit, with the end of what it said */
  async ask(request: unknown, timeLimitMs = answerLimitMs): Promise<unknown> {
    // Whether it takes the line is seen by its answer.
    await Promise.resolve(this.#child.stdin.write(`${JSON.stringify(request)}\n`)).catch(() => undefined);
    await Promise.resolve(this.#child.stdin.flush()).catch(() => undefined);
    let isLate = false;
    const watch = setTimeout(() => {
      isLate = true;
      this.#child.kill("SIGKILL");
    }, timeLimitMs);
    const { value, done = true } = await this.#lines.next();
    clearTimeout(watch);
    if (!done) return JSON.parse(value);
    throw new Error(await this.#lastWords(isLate ? `did not answer within ${timeLimitMs} ms` : undefined));
  }

  async end(): Promise<void> {
    await Promise.resolve(this.#child.stdin.end()).catch(() => undefined);
    const watch = setTimeout(() => this.#child.kill("SIGKILL"), endLimitMs);
    await this.#child.exited;
    clearTimeout(watch);
  }

  async #lastWords(why: string | undefined): Promise<string> {
    await this.#child.exited;
    const how = why ?? `ended while it was asked: ${this.#child.signalCode ?? `code ${this.#child.exitCode}`}`;
    return `the process of ${this.#name} ${how}\n${(await this.#errors).trim().slice(-2000)}`.trim();
  }
}

/** What runs contender-child.ts, without its job: from the sources, or as it was built (built-contender.ts). */
export type Program = readonly string[];

const sources: Program = [process.execPath, join(import.meta.dir, "contender-child.ts")];

const commandOf = (job: Job, program = sources): string[] => [...program, JSON.stringify(job)];

export interface Contending {
  readonly name: string;
  readonly job: Job;
  /** Does in yet another process what has to be done before a request is answered. */
  readonly before?: Job;
}

interface WarmUps {
  /** Requests that are not counted, before all others. */
  readonly warmUps: number;
}

/** One process for all rounds, started by the first. */
export function keptProcess({ name, job, before, warmUps }: Contending & WarmUps): TimedContender {
  return keptProgram(name, { command: commandOf(job), ...(before === undefined ? {} : { before }), warmUps });
}

interface OtherProgram extends WarmUps, Pick<Contending, "before"> {
  readonly command: readonly string[];
}

/** The same with a program that answers as contender-child.ts does. */
export function keptProgram(name: string, { command, before, warmUps }: OtherProgram): TimedContender {
  const preparing = preparationOf(name, before);
  let child: ContenderProcess | undefined;
  let serial = 0;
  const ask = async (asked: ContenderProcess, isChecked: boolean) => {
    const request: Request = { serial: serial++, isChecked };
    await preparing.ask(request);
    return measuredOf(await asked.ask(request));
  };
  const start = async () => {
    child = new ContenderProcess(name, command);
    for (let count = 0; count < warmUps; count += 1) await ask(child, false);
    return ask(child, true);
  };
  return {
    name,
    measure: async () => (child === undefined ? start() : ask(child, false)),
    end: async () => {
      await child?.end();
      await preparing.end();
    },
  };
}

/** A process for each round, which is asked once. What prepares for it runs from the sources. */
export function freshProcesses({ name, job, before }: Contending, program?: Program): TimedContender {
  const preparing = preparationOf(name, before);
  let serial = 0;
  return {
    name,
    measure: async () => {
      const request: Request = { serial, isChecked: serial === 0 };
      serial += 1;
      await preparing.ask(request);
      const child = new ContenderProcess(name, commandOf(job, program));
      try {
        return measuredOf(await child.ask(request));
      } finally {
        await child.end();
      }
    },
    end: async () => preparing.end(),
  };
}

function preparationOf(name: string, before: Job | undefined) {
  let child: ContenderProcess | undefined;
  return {
    ask: async (request: Request) => {
      if (before === undefined) return;
      child ??= new ContenderProcess(`what prepares ${name}`, commandOf(before));
      await child.ask(request);
    },
    end: async () => child?.end(),
  };
}

// What contender-child.ts writes, and the programs of Python beside it.
const measuredOf = (answer: unknown): Measured | MeasuredSingly => answer as Measured | MeasuredSingly;

export async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
