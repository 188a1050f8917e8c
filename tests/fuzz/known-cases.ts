/** Components that somebody wrote, broken here and there, some with a section of another one. */
import type { ComponentNode } from "../../isorun/decode/ast.ts";
import { judge } from "./binary-cases.ts";
import { type CaseKind, type CaseSeed, type Ending, Finding } from "./case-kind.ts";
import { knownComponents, treeOfComponent } from "./known-components.ts";
import { mutant } from "./mutate.ts";
import { chance, pick, type Random, randomFrom, seedOf } from "./random.ts";
import { copyTree, encodeTree, type Tree } from "./tree.ts";

let known: Promise<readonly ComponentNode[]> | undefined;

/** Read once: their assembler is another program. */
export function allKnown(): Promise<readonly ComponentNode[]> {
  known ??= knownComponents();
  return known;
}

export async function knownComponentOf(seed: CaseSeed): Promise<Uint8Array> {
  return changedComponent(seed, await allKnown());
}

/** One of these, changed. */
export function changedComponent({ scene, call }: CaseSeed, nodes: readonly ComponentNode[]): Uint8Array {
  const node = pick(randomFrom(scene), nodes);
  if (call === 0) return encodeTree(treeOfComponent(node, true));
  const random = randomFrom(seedOf(scene, call));
  const tree = treeOfComponent(node, chance(random, 8));
  if (chance(random, 4)) graft(tree, treeOfComponent(pick(random, nodes), false), random);
  return mutant(tree, random);
}

/** A section of another component between those of this one. */
function graft(tree: Tree, other: Tree, random: Random): void {
  if (tree.kind !== "row" || other.kind !== "row" || other.items.length < 2) return;
  const section = copyTree(pick(random, other.items.slice(1)));
  tree.items.splice(1 + random(tree.items.length), 0, section);
}

async function runKnown(seed: CaseSeed): Promise<Ending> {
  const bytes = await knownComponentOf(seed);
  if (seed.call === 0) await expectUnchanged(seed, bytes);
  return judge(bytes).ending;
}

/** Otherwise all changes would be of something else. */
async function expectUnchanged({ scene }: CaseSeed, bytes: Uint8Array): Promise<void> {
  const node = pick(randomFrom(scene), await allKnown());
  if (!Bun.deepEquals(new Uint8Array(node.bytes), bytes)) throw new Finding("a component is not what its tree writes");
}

export const knownKinds = { known: { run: runKnown, share: 200 } } as const satisfies Readonly<
  Record<string, CaseKind>
>;
