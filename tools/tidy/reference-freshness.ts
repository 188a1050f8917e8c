/** Generated reference pages equal what their generator makes now. */
import { referencePages } from "../generate-reference.ts";
import type { SourceTree } from "./source-tree.ts";

export async function referenceFreshness(tree: SourceTree): Promise<string[]> {
  const pages = await referencePages(tree.root);
  return Object.entries(pages)
    .filter(([path, text]) => tree.files.get(path)?.text !== text)
    .map(([path]) => `${path}:1: is out of date; run: sh tools/bun.sh tools/generate-reference.ts`);
}
