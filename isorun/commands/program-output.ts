/**
 * Where the output of a program goes: to our own streams as it stands, or, with json and jsonl, into events. Counted
 * over both streams, against the budget. A reader that takes nothing is waited for as long as the program may live.
 */
import type { CommandContext } from "@vivarium/cli/command";
import { watchOutput, writeOutput } from "@vivarium/cli/output-descriptor";
import type { Budget } from "@vivarium/core/budget/budget";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Report } from "@vivarium/core/report";
import { BudgetExhausted } from "../errors/errors.ts";
import { everySoOften } from "../runtime/every-so-often.ts";
import type { isorunDiagnostics } from "./diagnostics.ts";
import { capturedBytesMax, OutputEvents, type StreamName } from "./output-events.ts";

const ownProblem = problemsOf<typeof isorunDiagnostics>();

export interface ProgramOutput {
  /**
   * For what the host tells while the program runs, so that it stands behind what was written before.
   * @throws as `write`, where a reader takes nothing
   */
  readonly report: Report;
  /** Why the program has to end, if it has. To be asked now and then while it computes. */
  readonly interrupt: () => Error | undefined;
  /**
   * From now until `end`, waits for readers only until this, or a signal, tells why the program has to end.
   * @param overtime of who has the time of the program
   */
  readonly limitTime: (overtime: () => Error | undefined) => void;
  /** @throws BudgetExhausted, why the program has to end, and E_OUTPUT_WRITE */
  readonly write: (stream: StreamName, bytes: Uint8Array) => void;
  /**
   * Takes a piece of what the command itself tells of the program, which an envelope holds and stdout shows.
   * @throws BudgetExhausted, E_INVOKE_RESULT, and E_OUTPUT_WRITE where stdout is closed, which is no failure of a program
   */
  readonly tell: (piece: string) => void;
  /** On a terminal, ends a line that was begun, so that a diagnostic does not stand behind it. */
  readonly breakLine: () => void;
  /** Gives out what was held, however the program ended. Nothing where it was called before. */
  readonly end: () => void;
}

export interface OutputOptions {
  readonly context: Pick<CommandContext, "format" | "out" | "report" | "signal">;
  readonly budget: Pick<Budget, "maxOutputBytes" | "wallMs">;
  /** Why the program has to end, if a signal has come: asked now and then, for programs that do nothing else than write. */
  readonly interrupt?: () => Error | undefined;
}

export function openProgramOutput({ context, budget, interrupt = never }: OutputOptions): ProgramOutput {
  const captured = context.format === "text" ? undefined : new OutputEvents({ context, budget });
  const writeTo = captured === undefined ? writeAsItStands : captured.write.bind(captured);
  const time = openTime(interrupt);
  const take = countingAgainst(budget.maxOutputBytes);
  let told = 0;
  let isLineBegun = false;
  const count = (bytes: Uint8Array): Counted => {
    time.require();
    const counted = take(bytes);
    if (counted.fits.length > 0) isLineBegun = counted.fits.at(-1) !== lineEnd[0];
    return counted;
  };
  return {
    report: captured?.report ?? context.report,
    interrupt: () => interrupt() ?? failureOf(() => captured?.look()),
    limitTime: time.limit,
    write: (stream, bytes) => {
      const { fits, spent } = count(bytes);
      writeTo(stream, fits);
      if (spent === undefined) return;
      captured?.truncate(stream, Number(spent.limit));
      throw spent;
    },
    tell: (piece) => {
      const bytes = new TextEncoder().encode(piece);
      const { fits, spent } = count(bytes);
      told += bytes.length;
      // Of a value that was cut, what is printed ends with a whole character.
      context.out(spent === undefined ? piece : new TextDecoder().decode(fits, { stream: true }));
      if (spent !== undefined) throw spent;
      if (captured !== undefined && budget.maxOutputBytes === undefined && told > capturedBytesMax) {
        throw ownProblem("E_INVOKE_RESULT", { bytesMax: capturedBytesMax });
      }
    },
    breakLine: () => {
      if (isLineBegun && captured === undefined && areTerminals()) writeOutput(2, lineEnd);
      isLineBegun = false;
    },
    end: () => {
      time.end(captured === undefined ? budget.wallMs : undefined);
      captured?.end();
    },
  };
}

const writeAsItStands = (stream: StreamName, bytes: Uint8Array): void =>
  writeOutput(stream === "stdout" ? 1 : 2, bytes);

const never = (): undefined => undefined;

/** Beyond the program's own time, for a reader of the words about its end. */
const graceMs = 1_000;

interface ProgramTime {
  /** @throws why the program has to end, asked every so often */
  readonly require: () => void;
  readonly limit: ProgramOutput["limitTime"];
  /** @param wallMs if words behind it need not be read by anybody */
  readonly end: (wallMs: number | undefined) => void;
}

function openTime(interrupt: () => Error | undefined): ProgramTime {
  const openedMs = performance.now();
  let overtime = (): Error | undefined => undefined;
  const requireLife = everySoOften(() => interrupt() ?? overtime());
  const whileHeld = (): boolean => {
    requireLife();
    return true;
  };
  return {
    require: requireLife,
    limit: (ask) => {
      overtime = ask;
      watchOutput(whileHeld);
    },
    end: (wallMs) => {
      if (wallMs === undefined) {
        watchOutput(undefined);
        return;
      }
      const untilMs = Math.max(performance.now(), openedMs + wallMs) + graceMs;
      watchOutput(() => performance.now() < untilMs);
    },
  };
}

/** As an answer, for who must not be thrown at. */
function failureOf(run: () => void): Error | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

interface Counted {
  readonly fits: Uint8Array;
  /** Where not all of it does. */
  readonly spent?: BudgetExhausted;
}

function countingAgainst(bytesMax = Infinity): (bytes: Uint8Array) => Counted {
  let used = 0;
  return (bytes) => {
    used += bytes.length;
    if (used <= bytesMax) return { fits: bytes };
    const fits = bytes.subarray(0, Math.max(bytes.length - (used - bytesMax), 0));
    return { fits, spent: new BudgetExhausted({ field: "maxOutputBytes", limit: bytesMax, used }) };
  };
}

const lineEnd = Uint8Array.of(0x0a);

function areTerminals(): boolean {
  const { isatty } = process.getBuiltinModule("node:tty");
  return isatty(1) && isatty(2);
}
