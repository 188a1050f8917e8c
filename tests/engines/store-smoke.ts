/**
 * A component through a store that another process may have filled, with its fuel counted: `store-smoke.ts STORE FILE`.
 * It runs as a bundle in Node and as it stands in Bun, and prints what it came to as JSON.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Runtime } from "../../isorun/index.ts";

export interface StoreUse {
  readonly fromStore: boolean;
  readonly said: unknown;
  readonly fuel: string;
  /** Entries of each kind that stand there afterwards. */
  readonly kept: readonly string[];
}

export async function useStore(store: string, bytes: Uint8Array): Promise<StoreUse> {
  const runtime = new Runtime({ store });
  const component = await runtime.load(bytes);
  const instance = await runtime.instance(component).budget({ fuel: 1_000_000n }).instantiate();
  const said = await instance.call("smoke:test/echo#shout", ["grüße"]);
  // Rewritten modules are kept while nobody waits: by a process that goes on, as this one does.
  const kinds = ["isorun-components", "isorun-modules"];
  await until(() => kinds.every((kind) => readdirSync(store).includes(kind)));
  const kept = kinds.flatMap((kind) => readdirSync(join(store, kind)).map((key) => `${kind}/${key}`));
  const { fuel } = instance.usage();
  await runtime.close();
  return { fromStore: component.cost.fromStore, said, fuel: String(fuel), kept };
}

const turnsMax = 1000;

async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < turnsMax && !isSo(); turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const [store, file] = process.argv.slice(2);
if (process.argv[1]?.includes("store-smoke") === true && store !== undefined && file !== undefined) {
  console.log(JSON.stringify(await useStore(store, readFileSync(file))));
}
