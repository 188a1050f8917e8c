import { expect, test } from "bun:test";
import { inBun, inChromium, inNode } from "./engines.ts";

/** The oracles of npm are installed on first use. */
const timeLimitMs = 300_000;

/** Counts are those of version 3 of the costs of fuel: another engine, or another run, has the same. */
const expected = {
  text: "grüße, 世界 🎉!",
  resource: [42, 41],
  linked: "ab!!",
  loop: "fuel of 100000, exhausted",
  neighbour: "still here!",
  frames: ["divide", "divides"],
  copies: ["1032", "42"],
  again: [1, 0, "next!", "cannot-enter"],
  fuel: { fib: "6510", sieve: "5309250", matmul: "7266958", sort: "20728758", hash: "925712" },
};

test("Bun", async () => {
  expect(await inBun()).toEqual(expected);
});

test("Node", async () => expect(await inNode()).toEqual(expected), timeLimitMs);

// A browser is not asked of every machine: `npm run test:engines` is the longer suite.
if (process.env["ISORUN_ENGINES"] === "all") {
  test("Chromium", async () => expect(await inChromium()).toEqual(expected), timeLimitMs);
}
