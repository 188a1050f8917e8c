/** Components of the sizes that the benchmarks speak of, each with what it stands for. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { assembleFiles } from "../../tests/components/assemble.ts";
import { type BuiltName, built } from "../../tests/components/built.ts";
import type { Probe } from "./job.ts";

type Source = ({ readonly built: BuiltName } | { readonly text: string }) & { readonly probe: Probe };

const sources: Readonly<Record<string, Source>> = {
  /** Assembled from text: what tests can afford. */
  text: { text: "call-host.wat", probe: { interface: "bench:calls/values", func: "add", args: [1, 2] } },
  rust: { built: "words", probe: { interface: "vivarium:words/count@0.1.0", func: "add", args: [1, 2] } },
  javascript: { built: "text", probe: { func: "total", args: [[1, 2]] } },
  /** A program: it asks for its arguments at once. */
  python: { built: "count-words", probe: { interface: "wasi:cli/run@0.2.0", func: "run", args: [], isTrapping: true } },
};

export interface SizedComponent {
  readonly set: string;
  readonly path: string;
  /** With its size. */
  readonly name: string;
  readonly probe: Probe;
}

export async function sizedComponent(set: string): Promise<SizedComponent> {
  const source = sources[set];
  if (source === undefined) throw new Error(`no component is called '${set}'`);
  const path = "built" in source ? await built(source.built) : await textPath(source.text);
  return { set, path, name: `${set}, ${describeBytes(statSync(path).size)}`, probe: source.probe };
}

/** @param name of a file beside this one @returns where its binary is */
export async function textPath(name: string): Promise<string> {
  const text = readFileSync(join(import.meta.dir, name), "utf8");
  return (await assembleFiles([text]))(text);
}

const describeBytes = (size: number): string =>
  size < 1_000_000 ? `${(size / 1000).toFixed(0)} KB` : `${(size / 1_000_000).toFixed(1)} MB`;
