/**
 * What a start loads stays small: the files and packages that an entry imports statically are on its allow-list, and
 * their bundle, as `npm run build` makes it, keeps within a budget of bytes. A lazy import is free; where it is on the
 * path of a start that has to be fast, what it loads is an entry of its own.
 */
import { join } from "node:path";
import type { SourceTree } from "./source-tree.ts";

export interface StartPath {
  readonly entry: string;
  /** Files from the root, packages and built-ins by specifier. */
  readonly allowed: readonly string[];
  /** Minified, without what is loaded lazily. */
  readonly bundleBytesMax: number;
}

export async function startPaths(tree: SourceTree, starts: readonly StartPath[]): Promise<string[]> {
  return (await Promise.all(starts.map((start) => startPath(tree, start)))).flat();
}

async function startPath(tree: SourceTree, { entry, allowed, bundleBytesMax }: StartPath): Promise<string[]> {
  if (!tree.files.has(entry)) return [`${entry}:1: is an entry with an allow-list, but does not exist`];
  const reached = staticClosure(tree, entry);
  const strangers = [...reached].filter(([name]) => name !== entry && !allowed.includes(name));
  const complaints = strangers.map(([name, place]) => `${place}: '${name}' is not on the allow-list of ${entry}`);
  const idle = allowed.filter((name) => !reached.has(name));
  const bytes = await bundleBytes(join(tree.root, entry));
  return [
    ...complaints,
    ...idle.map((name) => `${entry}:1: '${name}' is on the allow-list, but no longer on the start path`),
    ...(bytes > bundleBytesMax
      ? [`${entry}:1: a start loads ${bytes} bytes, over the budget of ${bundleBytesMax}`]
      : []),
  ];
}

/** Each file, package and built-in that is loaded, with the place of the import that loads it. */
function staticClosure(tree: SourceTree, entry: string): ReadonlyMap<string, string> {
  const reached = new Map([[entry, `${entry}:1`]]);
  for (const [path] of reached) {
    for (const { kind, target, specifier, line } of tree.files.get(path)?.imports ?? []) {
      const name = target ?? specifier;
      // Iteration of a Map sees what is added meanwhile.
      if (kind === "static" && !reached.has(name)) reached.set(name, `${path}:${line}`);
    }
  }
  return reached;
}

async function bundleBytes(entry: string): Promise<number> {
  const { outputs } = await Bun.build({ entrypoints: [entry], target: "bun", minify: true, splitting: true });
  const texts = new Map<string, string>();
  for (const output of outputs) texts.set(output.path.replace(/^.*\//, ""), await output.text());
  const loaded = new Set(
    outputs.filter(({ kind }) => kind === "entry-point").map(({ path }) => path.replace(/^.*\//, "")),
  );
  let bytes = 0;
  for (const name of loaded) {
    const text = texts.get(name) ?? "";
    bytes += Buffer.byteLength(text);
    for (const { kind, path } of new Bun.Transpiler({ loader: "js" }).scanImports(text)) {
      if (kind === "import-statement") loaded.add(path.replace(/^.*\//, ""));
    }
  }
  return bytes;
}
