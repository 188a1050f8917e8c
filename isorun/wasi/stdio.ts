/** wasi:cli/stdin, stdout, stderr, and which of them are terminals. */
import type { Linker } from "../runtime/linker.ts";
import type { SystemComponent } from "../runtime/system-component.ts";
import { type InputSource, inputFrom } from "./input.ts";
import { installInterface } from "./interface-types.ts";
import { installStreams } from "./io.ts";
import { CountedOutput, type OutputTarget, outputTo, StreamOutput } from "./output.ts";
import type { InputStream, OutputStream } from "./streams.ts";

type StandardStream = "stdin" | "stdout" | "stderr";

export interface StdioOptions {
  /** Nothing, if it is not given: the guest reads the end. */
  readonly stdin?: InputSource;
  /** Nowhere, if it is not given: what the guest writes is forgotten. */
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
 * `maxOutputBytes`, up to which it is written. Input that is not there yet makes a guest wait, which a call that cannot be suspended
 * answers with TrapError `cannot-block`; bytes never do.
 */
export class WasiStdio implements SystemComponent {
  readonly name = "WasiStdio";
  readonly #stdin: InputStream;
  readonly #stdout: OutputStream;
  readonly #stderr: OutputStream;
  readonly #terminals: readonly StandardStream[];

  constructor({ stdin = new Uint8Array(), stdout = forget, stderr = forget, terminals = [] }: StdioOptions = {}) {
    this.#stdin = inputFrom(stdin);
    this.#stdout = outputTo(stdout);
    this.#stderr = outputTo(stderr);
    this.#terminals = terminals;
  }

  install(linker: Linker): void {
    const { inputStream, outputStream } = installStreams(linker);
    installInterface(linker, "cli/stdin", (stdin) => {
      stdin.resource("input-stream", inputStream);
      stdin.func("get-stdin", () => this.#stdin);
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

  /** Waits until streams of the web have taken all; they are not locked then. @throws what they failed with */
  async finish(): Promise<void> {
    for (const stream of [this.#stdout, this.#stderr]) if (stream instanceof StreamOutput) await stream.finish();
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
