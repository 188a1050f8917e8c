/** Changes to a binary that know what stands where: one thing is wrong, and the rest still fits. */
import { chance, pick, type Random, randomBits } from "./random.ts";
import { byte, copyTree, encodeTree, name, nodesOf, number, type Tree } from "./tree.ts";

const oddNames = [
  "",
  "a",
  "A-b",
  "a--b",
  "-a",
  "1a",
  "[method]a.b",
  "[method]res.m0",
  "[constructor]res",
  "[static]a.b",
  "[constructor]",
  "test:pkg/face@1.0",
  "test:pkg/face@01.0.0",
  "test:pkg/face@1.0.0-",
  "test:pkg",
  ":/@",
  "a:b/c/d",
  "\u0000",
  "é",
  "m0",
  "t0",
  "f",
  "__proto__",
  "constructor",
  "memory",
  "x".repeat(300),
];

type Change = (tree: Tree, random: Random) => void;

type Kind<K extends Tree["kind"]> = Extract<Tree, { readonly kind: K }>;

function someOf<K extends Tree["kind"]>(tree: Tree, random: Random, kind: K): Kind<K> | undefined {
  const found = nodesOf(tree).filter((node): node is Kind<K> => node.kind === kind);
  return found.length === 0 ? undefined : pick(random, found);
}

/** A list or a row with something in it. */
function someParent(tree: Tree, random: Random): Kind<"list" | "row"> | undefined {
  const found = nodesOf(tree).filter(
    (node): node is Kind<"list" | "row"> => (node.kind === "list" || node.kind === "row") && node.items.length > 0,
  );
  return found.length === 0 ? undefined : pick(random, found);
}

const changeNumber: Change = (tree, random) => {
  const node = someOf(tree, random, "number");
  if (node === undefined) return;
  node.value = chance(random, 4) ? randomBits(random) : Math.max(0, node.value + random(7) - 3);
};

const changeByte: Change = (tree, random) => {
  const node = someOf(tree, random, "byte");
  if (node === undefined) return;
  node.value = chance(random, 2) ? random(0x100) : chance(random, 2) ? random(8) : 0x60 + random(0x20);
};

const changeName: Change = (tree, random) => {
  const node = someOf(tree, random, "name");
  const other = someOf(tree, random, "name");
  if (node === undefined || other === undefined) return;
  node.text = chance(random, 2) ? other.text : pick(random, oddNames);
};

const dropItem: Change = (tree, random) => {
  const parent = someParent(tree, random);
  parent?.items.splice(random(parent.items.length), 1);
};

const repeatItem: Change = (tree, random) => {
  const parent = someParent(tree, random);
  if (parent === undefined) return;
  parent.items.splice(random(parent.items.length + 1), 0, copyTree(pick(random, parent.items)));
};

const swapItems: Change = (tree, random) => {
  const parent = someParent(tree, random);
  if (parent === undefined) return;
  const [one, other] = [random(parent.items.length), random(parent.items.length)];
  const [first, second] = [parent.items[one], parent.items[other]];
  if (first === undefined || second === undefined) return;
  parent.items[one] = second;
  parent.items[other] = first;
};

/** In the place of something of the same form, or, seldom, anywhere. */
const transplant: Change = (tree, random) => {
  const [from, to] = [someParent(tree, random), someParent(tree, random)];
  if (from === undefined || to === undefined) return;
  const graft = copyTree(pick(random, from.items));
  // A tree that is put into itself too often grows without end.
  if (nodesOf(graft).length > 1000) return;
  const similar = to.items.findIndex((item) => item.kind === graft.kind);
  if (similar >= 0) to.items[similar] = graft;
  else if (chance(random, 6)) to.items.splice(random(to.items.length + 1), 0, graft);
};

const padNumber: Change = (tree, random) => {
  const kinds = ["number", "name", "list", "sized"] as const;
  const node = someOf(tree, random, pick(random, kinds));
  if (node !== undefined) node.padding = 1 + random(6);
};

const miscount: Change = (tree, random) => {
  const kinds = ["name", "list", "sized"] as const;
  const node = someOf(tree, random, pick(random, kinds));
  if (node !== undefined) node.countError = chance(random, 3) ? randomBits(random) : random(5) - 2;
};

const insertLeaf: Change = (tree, random) => {
  const parent = someParent(tree, random);
  const leaf = pick(random, [byte(random(0x100)), number(random(16)), name(pick(random, oddNames))]);
  parent?.items.splice(random(parent.items.length + 1), 0, leaf);
};

/** How often each is made beside the others. */
const weights: readonly (readonly [Change, number])[] = [
  [changeNumber, 6],
  [changeByte, 2],
  [changeName, 2],
  [dropItem, 3],
  [repeatItem, 3],
  [swapItems, 3],
  [transplant, 3],
  [padNumber, 1],
  [miscount, 1],
  [insertLeaf, 1],
];

const changes = weights.flatMap(([change, weight]) => Array.from({ length: weight }, () => change));

/** The bytes of the tree, with a few changes; mostly one. */
export function mutant(tree: Tree, random: Random): Uint8Array {
  const changed = copyTree(tree);
  const count = chance(random, 3) ? 1 + random(4) : 1;
  for (let left = count; left > 0; left -= 1) pick(random, changes)(changed, random);
  const encoded = encodeTree(changed);
  return chance(random, 12) ? withRawDamage(encoded, random) : encoded;
}

/** Without any knowledge of the format. */
function withRawDamage(encoded: Uint8Array, random: Random): Uint8Array {
  if (encoded.length === 0) return encoded;
  for (let count = random(4); count > 0; count -= 1) encoded[random(encoded.length)] = random(0x100);
  return chance(random, 2) ? encoded.subarray(0, random(encoded.length)) : encoded;
}
