import { expect, test } from "bun:test";
import { findBlocks } from "./block.ts";

test("two hundred thousand openings in a row are looked through once", () => {
  const { blocks, unclosed } = findBlocks("# /// script\n".repeat(200_000));
  expect([blocks.length, unclosed.length]).toEqual([0, 200_000]);
});
