/**
 * No file reaches itself through imports. Type-only and lazy ones count too: they bind the readers of two files
 * together just as much. One complaint for each strongly connected group (Tarjan's algorithm).
 */
import type { SourceTree } from "./source-tree.ts";

interface Visit {
  readonly index: number;
  low: number;
  onStack: boolean;
}

export function importCycles(tree: SourceTree): string[] {
  const visits = new Map<string, Visit>();
  const stack: string[] = [];
  const cycles: string[][] = [];

  const visit = (path: string): Visit => {
    const here: Visit = { index: visits.size, low: visits.size, onStack: true };
    visits.set(path, here);
    stack.push(path);
    for (const target of targetsOf(tree, path)) {
      const seen = visits.get(target);
      if (seen === undefined) here.low = Math.min(here.low, visit(target).low);
      else if (seen.onStack) here.low = Math.min(here.low, seen.index);
    }
    if (here.low === here.index) cycles.push(popGroup(stack, { visits, root: path }));
    return here;
  };

  for (const path of tree.files.keys()) if (!visits.has(path)) visit(path);
  return cycles
    .filter((group) => group.length > 1 || targetsOf(tree, group[0] ?? "").includes(group[0] ?? ""))
    .map((group) => `${group.toSorted()[0]}:1: a cycle of imports: ${group.toSorted().join(", ")}`);
}

function targetsOf(tree: SourceTree, path: string): string[] {
  const imports = tree.files.get(path)?.imports ?? [];
  return imports.flatMap(({ target }) => (target !== undefined && tree.files.has(target) ? [target] : []));
}

function popGroup(stack: string[], { visits, root }: { visits: Map<string, Visit>; root: string }): string[] {
  const group: string[] = [];
  for (;;) {
    const path = stack.pop();
    if (path === undefined) return group;
    const visit = visits.get(path);
    if (visit !== undefined) visit.onStack = false;
    group.push(path);
    if (path === root) return group;
  }
}
