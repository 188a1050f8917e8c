import { expect, test } from "bun:test";
import { emitLoop, Source } from "./source.ts";

/** The items that a loop comes to, in order, with a look where it looks. */
function walk(count: number, text: string | number): readonly (number | "look")[] {
  const source = new Source();
  emitLoop(source, text, (index) => source.line(`walked.push(${index});`));
  const walked: (number | "look")[] = [];
  // The text of the loop alone.
  // oxlint-disable-next-line no-implied-eval
  const run = new Function("cx", "items", "walked", source.text) as (...given: readonly unknown[]) => void; // as given here
  run({ lookNow: () => walked.push("look") }, { length: count }, walked);
  return walked;
}

test.each([0, 1, 1023, 1024, 1025, 2048, 2049, 5000])(
  "a loop over %d items comes to each once, and looks every 1024",
  (count) => {
    const items = Array.from({ length: count }, (_, index) => index);
    const wanted = items.flatMap((index) => (index > 0 && index % 1024 === 0 ? ["look" as const, index] : [index]));
    expect(walk(count, "items.length")).toEqual(wanted);
    expect(walk(count, count)).toEqual(wanted);
  },
);
