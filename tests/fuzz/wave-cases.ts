/** Texts of values, whole and broken: read to a value that can be written and read again, or refused by name. */

import type { ValueType } from "../../isorun/types/component-types.ts";
import { formatWave } from "../../isorun/wave/format.ts";
import { parseInvocation, parseWave } from "../../isorun/wave/parse.ts";
import { WaveError } from "../../isorun/wave/wave-error.ts";
import { type CaseKind, type CaseSeed, type Ending, Finding, keptScene } from "./case-kind.ts";
import { chance, pick, type Random, randomFrom, seedOf } from "./random.ts";
import { randomType, randomValue } from "./value-types.ts";

const pieces = [
  // Marks, alone and where they open something.
  '"',
  "'",
  "\\",
  "{",
  "}",
  "(",
  ")",
  "[",
  "]",
  ",",
  ":",
  "%",
  "-",
  '"""',
  "\\u{",
  "\\u{110000}",
  "\\u{d800}",
  "\\n",
  "//",
  // Words.
  "some",
  "none",
  "ok",
  "err",
  "true",
  "%some",
  "a",
  "A",
  // Numbers.
  "nan",
  "inf",
  "-inf",
  "0",
  "-0",
  "1e400",
  "0x1",
  "99999999999999999999",
  ".5",
  "5.",
  // Letters that are not what they look like.
  "\n",
  "\r",
  "\t",
  " ",
  "\u0000",
  "\u202e",
  "🦊",
  "é",
  "\ud800",
];

const typeScene = keptScene((seed: number): ValueType => {
  const random = randomFrom(seed);
  return randomType(random, { depth: random(5), hasGated: true });
});

function brokenText(text: string, random: Random): string {
  let broken = text;
  for (let count = 1 + random(4); count > 0; count -= 1) {
    const at = random(broken.length + 1);
    const end = chance(random, 2) ? at : Math.min(broken.length, at + 1 + random(4));
    const put = chance(random, 3)
      ? ""
      : chance(random, 3)
        ? broken.slice(random(broken.length + 1)).slice(0, 12)
        : pick(random, pieces);
    broken = broken.slice(0, at) + put + broken.slice(end);
  }
  return broken;
}

function refusal(error: unknown): Ending {
  if (error instanceof WaveError) return "refused";
  throw error;
}

function runWave({ scene, call }: CaseSeed): Ending {
  const type = typeScene(scene);
  const random = randomFrom(seedOf(scene, call));
  const whole = formatWave(randomValue(random, type), type);
  if (call % 8 === 7) return runInvocation(brokenText(`ns:pkg/face@1.0.0#f(${whole})`, random));
  const isWhole = call % 8 === 0;
  const text = isWhole ? whole : brokenText(whole, random);
  let value: unknown;
  try {
    value = parseWave(text, type);
  } catch (error) {
    if (isWhole) throw error;
    return refusal(error);
  }
  const written = formatWave(value, type);
  if (isWhole && written !== whole) throw new Finding(`written as ${whole}, read and written as ${written}`);
  const again = formatWave(parseWave(written, type), type);
  if (again !== written) throw new Finding(`read from ${text}, written as ${written}, then as ${again}`);
  return isWhole ? "the value" : "a value";
}

function runInvocation(text: string): Ending {
  try {
    const { name, arguments: range } = parseInvocation(text);
    if (name === "" || range.start > range.end || range.end > text.length) throw new Finding(`no call: ${text}`);
    return "a call";
  } catch (error) {
    return refusal(error);
  }
}

export const waveKinds = { wave: { run: runWave, share: 420 } } as const satisfies Readonly<Record<string, CaseKind>>;
