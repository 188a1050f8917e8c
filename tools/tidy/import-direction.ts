/**
 * Imports point one way: core ← cli ← systems ← vivarium, and inside a system along the way that data goes. A folder may
 * import folders of a lower rank only; folders of equal rank do not know each other. Tests may also use the fixtures of
 * `tests` and the oracles of `tools`, and are free inside their own system.
 */
import { isTestSource, type SourceFile, type SourceTree } from "./source-tree.ts";

/** Systems of equal rank never import each other. Tools and benchmarks look at everything, nothing looks at them. */
const systemRanks: Readonly<Record<string, number>> = { core: 0, cli: 1, pybun: 2, isorun: 2, vivarium: 3 };

const onlookers = new Set(["tools", "bench", "tests", "examples"]);

const pybunRanks: Readonly<Record<string, number>> = {
  versions: 0,
  index: 1,
  interpreter: 1,
  "requirements-file": 1,
  script: 1,
  resolver: 2,
  candidates: 3,
  wheel: 4,
  env: 5,
  install: 6,
  run: 7,
  create: 8,
  commands: 9,
};

const isorunRanks: Readonly<Record<string, number>> = {
  errors: 0,
  decode: 1,
  types: 2,
  wave: 3,
  "core-module": 3,
  compile: 4,
  validate: 4,
  adapter: 4,
  call: 5,
  store: 5,
  plan: 5,
  instantiate: 6,
  runtime: 7,
  wasi: 8,
  commands: 9,
};

const folderRanks: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  pybun: pybunRanks,
  isorun: isorunRanks,
};

export function importDirection(tree: SourceTree): string[] {
  return [...tree.files.values()].flatMap((file) =>
    file.imports.flatMap(({ target, line }) => {
      const complaint = target === undefined ? undefined : judge(file, target);
      return complaint === undefined ? [] : [`${file.path}:${line}: ${complaint}`];
    }),
  );
}

function judge(file: SourceFile, target: string): string | undefined {
  const [fromSystem = "", fromFolder = ""] = file.path.split("/");
  const [toSystem = "", toFolder = ""] = target.split("/");
  if (onlookers.has(fromSystem)) return undefined;
  const isTest = isTestSource(file.path);
  if (onlookers.has(toSystem)) return isTest ? undefined : `imports '${target}', which only tests may use`;
  if (fromSystem !== toSystem) return judgeRanks(systemRanks, { from: fromSystem, to: toSystem });
  if (!isTest && isTestSource(target)) return `imports '${target}', which only tests may use`;
  const ranks = folderRanks[fromSystem];
  if (isTest || ranks === undefined || fromFolder === toFolder || fromFolder.endsWith(".ts")) return undefined;
  return judgeRanks(ranks, { from: fromFolder, to: toFolder });
}

function judgeRanks(ranks: Readonly<Record<string, number>>, { from, to }: { from: string; to: string }) {
  const fromRank = ranks[from];
  const toRank = ranks[to];
  if (fromRank === undefined || toRank === undefined) {
    return `imports '${to}' from '${from}': give both a rank in tools/tidy/import-direction.ts`;
  }
  return toRank < fromRank ? undefined : `'${from}' must not import '${to}': imports point the other way`;
}
