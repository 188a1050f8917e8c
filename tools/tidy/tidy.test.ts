/** Every rule of tools/tidy, on this repository. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { tidyRules } from "./rules.ts";
import { readSourceTree } from "./source-tree.ts";

const tree = readSourceTree(join(import.meta.dir, "..", ".."));

test.each(Object.keys(tidyRules))(
  "%s",
  async (name) => {
    expect(await tidyRules[name]?.(tree)).toEqual([]);
  },
  15_000,
);
