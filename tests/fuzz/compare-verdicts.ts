/** Components that were broken, judged by wasmtime too: what one accepts and the other does not is a finding. */

import { join } from "node:path";
import { DecodeError, UnsupportedError, ValidationError } from "../../isorun/errors/errors.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { oraclePython } from "../../tools/oracles.ts";
import { componentOf } from "./binary-cases.ts";
import type { CaseSeed, Ending } from "./case-kind.ts";
import { caseId, type FoundCase, type Job, type JobReport } from "./job.ts";
import { knownComponentOf } from "./known-cases.ts";
import { byte, bytes, encodeTree, row, sized } from "./tree.ts";

/** What its Python has no setting for. */
const settings = new RegExp(
  [
    "requires? the component model .* feature",
    "the `[^`]*` feature is not active",
    "requires? the `[^`]*` feature to be enabled",
    "support for component model `values`s is not enabled",
    // The section of values, where it has none.
    "malformed section id: 12 ",
  ].join("|"),
  "i",
);

/** It lets no export be an abstract resource beside itself; tests/components/wasmtime.test.ts has such a case. */
const abstracted = /resource types are not the same .*globally_unique_id: (\d+),.*globally_unique_id: \1,/;

/** It takes no global of a reference below that of the import; tests/components/wasmtime.test.ts has such a case. */
const globalBelow = /expected global type (?:(\w+)ref\b|\(ref (\w+)\)), found \(ref (?:\1|\2|\(id \d+\))\)/;

/** Why wasmtime may refuse what is valid. */
const otherwise = [settings, abstracted, globalBelow];

const runtime = new Runtime();

/** Undefined if it is valid. @throws what is no verdict */
async function refusalOf(component: Uint8Array): Promise<Error | undefined> {
  try {
    await runtime.load(component);
    return undefined;
  } catch (error) {
    if (error instanceof DecodeError || error instanceof ValidationError || error instanceof UnsupportedError)
      return error;
    throw error;
  }
}

/** Kinds of cases that are a component. */
const makers: Readonly<Record<string, (seed: CaseSeed) => Uint8Array | Promise<Uint8Array>>> = {
  component: componentOf,
  known: knownComponentOf,
};

export const comparedKinds: readonly string[] = Object.keys(makers);

export async function compareVerdicts({ kind, cases }: Job): Promise<JobReport> {
  const make = makers[kind];
  if (make === undefined) throw new Error(`'${kind}' is no kind of components`);
  const components: Uint8Array[] = [];
  for (const seed of cases) components.push(await make(seed));
  const theirs = await judgedByWasmtime(components);
  const endings: Record<string, number> = {};
  const findings: FoundCase[] = [];
  for (const [index, seed] of cases.entries()) {
    const their = theirs[index] ?? "";
    const { ending, what } = await compared(components[index] ?? new Uint8Array(), their);
    endings[ending] = (endings[ending] ?? 0) + 1;
    if (what !== undefined) findings.push({ id: caseId(kind, seed), what });
  }
  return { endings, findings };
}

interface Compared {
  readonly ending: Ending;
  /** Where it is a finding. */
  readonly what?: string;
}

async function compared(component: Uint8Array, theirs: string): Promise<Compared> {
  try {
    const refusal = await refusalOf(component);
    const ending = endingOf(refusal, theirs);
    if (!ending.startsWith("only ")) return { ending };
    return { ending, what: `${ending}\nwasmtime: ${theirs}\nisorun: ${refusal?.message ?? ""}` };
  } catch (error) {
    return { ending: "finding", what: String(error instanceof Error ? (error.stack ?? error) : error) };
  }
}

/** What both refuse may be refused for other reasons: a rule that is missing here shows where the rest is valid. */
function endingOf(ours: Error | undefined, theirs: string): Ending {
  if (ours instanceof UnsupportedError) return "not comparable";
  if (theirs === "") return ours === undefined ? "both accept" : "only wasmtime accepts";
  if (ours !== undefined) return "both refuse";
  return otherwise.some((words) => words.test(theirs)) ? "not comparable" : "only isorun accepts";
}

const preamble = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
const componentSection = 4;

/** In a component that has nothing else: of the outermost one wasmtime wants that it can be instantiated with functions. */
const nested = (component: Uint8Array): Uint8Array =>
  encodeTree(row(bytes(...preamble), byte(componentSection), sized({ kind: "bytes", bytes: component })));

/** One process of Python for as long as this one lives: it ends with its input. */
class Judge {
  readonly #child: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #lines: AsyncIterator<string>;

  constructor(python: string) {
    this.#child = Bun.spawn([python, "-I", join(import.meta.dir, "judge_components.py")], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
    });
    this.#child.unref();
    this.#lines = linesOf(this.#child.stdout);
  }

  /** Why each is refused; empty for what is valid. */
  async verdicts(components: readonly Uint8Array[]): Promise<readonly string[]> {
    const { stdin } = this.#child;
    const given = components.map((component) => `${nested(component).toBase64()}\n`).join("");
    // It answers while it is given more: whoever waits for the one without the other waits for ever.
    const sent = Promise.resolve(stdin.write(given)).then(() => stdin.flush());
    const verdicts: string[] = [];
    while (verdicts.length < components.length) {
      const { done, value } = await this.#lines.next();
      if (done === true) throw new Error("wasmtime ended before it had judged all components");
      verdicts.push(value);
    }
    await sent;
    return verdicts;
  }
}

let judge: Promise<Judge> | undefined;

async function judgedByWasmtime(components: readonly Uint8Array[]): Promise<readonly string[]> {
  judge ??= oraclePython().then((python) => new Judge(python));
  return (await judge).verdicts(components);
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
