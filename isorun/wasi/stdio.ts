/** wasi:cli/stdin, stdout, stderr, and which of them are terminals. */
import { argumentError } from "../../core/argument-error.ts";
import { nameOf } from "../call/check-value.ts";
import type { Linker } from "../runtime/linker.ts";
import { requireOptions, requireWord } from "../runtime/require-options.ts";
import type { SystemComponent } from "../runtime/system-component.ts";
import { type InputSource, inputFrom, SharedInput } from "./input.ts";
import { installInterface } from "./interface-types.ts";
import { installStreams } from "./io.ts";
import { CountedOutput, FunctionOutput, type OutputTarget, outputTo, StreamOutput } from "./output.ts";
import type { InputStream, OutputStream } from "./streams.ts";

type StandardStream = "stdin" | "stdout" | "stderr";

/** What `new WasiStdio` is told. */
export interface StdioOptions {
  /**
   * Nothing, if it is not given: the guest reads the end. What comes of a stream or an async iterable is read one chunk
   * ahead, from when a guest first asks; that it has failed, each instance learns as an error of its stream, and chunks
   * that are no bytes are a trap.
   */
  readonly stdin?: InputSource;
  /**
   * Nowhere, if it is not given: what the guest writes is forgotten. A function may be async: it is not called again before
   * its promise is settled, for which the guest waits, and what that is rejected with is a trap.
   */
  readonly stdout?: OutputTarget;
  readonly stderr?: OutputTarget;
  /** Those that the guest is told are terminals. */
  readonly terminals?: readonly StandardStream[];
}

/**
 * ```ts
 * const pieces: string[] = [];
 * const stdout = (bytes: Uint8Array) => void pieces.push(new TextDecoder().decode(bytes));
 * const instance = await runtime
 *   .instance(await runtime.load(printing))
 *   .linkSystem(new WasiStdio({ stdout }))
 *   .budget({ maxOutputBytes: 7 })
 *   .instantiate();
 * await instance.call("print", [new TextEncoder().encode("hello")]);
 * const end = await instance.call("print", [new TextEncoder().encode("you")]).catch((error: unknown) => error);
 * end instanceof BudgetExhausted && end.field; // → "maxOutputBytes"
 * pieces; // → ["hello", "yo"]
 * ```
 *
 * `wasi:cli/stdin`, `stdout`, `stderr`, `terminal-*`, and `wasi:io/error`, `poll` and `streams`. All instances that it
 * is linked to share the streams; what each writes to both outputs together counts against its budget's
 * `maxOutputBytes`, up to which it is written. Input that is not there yet, and output whose promise is not settled, make a
 * guest wait, which a call that cannot be suspended answers with TrapError `cannot-block`; bytes, and functions that
 * answer at once, never do.
 */
export class WasiStdio implements SystemComponent {
  readonly name = "WasiStdio";
  readonly #stdin: InputStream;
  readonly #stdout: OutputStream;
  readonly #stderr: OutputStream;
  readonly #terminals: readonly StandardStream[];

  /** @throws TypeError (`invalid-argument`) for what cannot be read or written, and for an option that there is not */
  constructor(options: StdioOptions = {}) {
    const given = requireOptions(options, "WasiStdio", ["stdin", "stdout", "stderr", "terminals"]);
    const { stdin = new Uint8Array(), stdout = forget, stderr = forget, terminals = [] } = given;
    this.#stdin = inputFrom(stdin);
    this.#stdout = outputTo(stdout, "'stdout'");
    this.#stderr = outputTo(stderr, "'stderr'");
    this.#terminals = requireTerminals(terminals);
  }

  install(linker: Linker): void {
    const { inputStream, outputStream } = installStreams(linker);
    const shared = new SharedInput(this.#stdin);
    installInterface(linker, "cli/stdin", (stdin) => {
      stdin.resource("input-stream", inputStream);
      stdin.func("get-stdin", () => shared);
    });
    for (const [name, stream] of [
      ["stdout", this.#stdout],
      ["stderr", this.#stderr],
    ] as const) {
      const counted = new CountedOutput(stream, linker);
      installInterface(linker, `cli/${name}`, (output) => {
        output.resource("output-stream", outputStream);
        output.func(`get-${name}`, () => counted);
      });
    }
    this.#installTerminals(linker);
  }

  /**
   * Waits until streams of the web have taken all, which are not locked then, and promises of functions are settled.
   * @throws what they failed with
   */
  async finish(): Promise<void> {
    for (const stream of [this.#stdout, this.#stderr]) {
      if (stream instanceof StreamOutput || stream instanceof FunctionOutput) await stream.finish();
    }
  }

  #installTerminals(linker: Linker): void {
    for (const [kind, names] of [
      ["terminal-input", ["stdin"]],
      ["terminal-output", ["stdout", "stderr"]],
    ] as const) {
      installInterface(linker, `cli/${kind}`, (terminals) => {
        const terminal = terminals.resource(kind);
        for (const name of names) {
          const value = this.#terminals.includes(name) ? {} : undefined;
          installInterface(linker, `cli/terminal-${name}`, (inner) => {
            inner.resource(kind, terminal);
            inner.func(`get-terminal-${name}`, () => value);
          });
        }
      });
    }
  }
}

const forget = (): void => undefined;

function requireTerminals(given: readonly StandardStream[]): readonly StandardStream[] {
  if (!Array.isArray(given)) throw argumentError(`'terminals' must be an array, found ${nameOf(given)}`);
  const terminals = [...given];
  for (const name of terminals) requireWord(name, "each of 'terminals'", ["stdin", "stdout", "stderr"]);
  return terminals;
}
