/** jco in this process: what it makes of a component, and that as functions. Its own WASI is left out. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { npmOracle } from "../../tools/npm-oracles.ts";

interface Transpiled {
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly exports: readonly (readonly [name: string, kind: string])[];
}

export type Transpile = (component: Uint8Array) => Promise<Transpiled>;

type Instantiate = (
  getCoreModule: (path: string) => WebAssembly.Module,
  imports: Readonly<Record<string, unknown>>,
) => Promise<Readonly<Record<string, unknown>>>;

/** Transpiles as a host would that instantiates by itself: no WASI, no declarations. */
export async function openJco(): Promise<Transpile> {
  const path = join(await npmOracle("jco"), "node_modules", "@bytecodealliance", "jco-transpile", "dist", "index.js");
  // What jco's own declarations say of it.
  const { transpileBytes } = (await import(path)) as {
    transpileBytes: (component: Uint8Array, options: object) => Promise<Transpiled>;
  };
  return async (component) =>
    transpileBytes(component, { name: "component", instantiation: "async", emitTypescriptDeclarations: false });
}

/** Makes instances of a transpiled component without imports; its core modules are compiled once. */
export async function jcoInstances(
  transpile: Transpile,
  { component, scratch }: { readonly component: Uint8Array; readonly scratch: string },
): Promise<() => Promise<Readonly<Record<string, unknown>>>> {
  const { files } = await transpile(component);
  const modules = new Map<string, WebAssembly.Module>();
  for (const [name, bytes] of Object.entries(files)) {
    const path = join(scratch, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    if (name.endsWith(".wasm")) modules.set(name, await WebAssembly.compile(new Uint8Array(bytes)));
  }
  // The shape of what jco writes for `instantiation: "async"`.
  const { instantiate } = (await import(join(scratch, "component.js"))) as { instantiate: Instantiate };
  return async () =>
    instantiate((path) => {
      const module = modules.get(path);
      if (module === undefined) throw new Error(`jco asked for a module '${path}' that it did not write`);
      return module;
    }, {});
}

export async function versionsBesideJco(): Promise<Readonly<Record<string, string>>> {
  const manifest = join(import.meta.dir, "..", "..", "tools", "npm-oracles", "jco", "package.json");
  const { dependencies } = (await Bun.file(manifest).json()) as { dependencies: Readonly<Record<string, string>> };
  return { bun: Bun.version, "jco-transpile": dependencies["@bytecodealliance/jco-transpile"] ?? "unknown" };
}
