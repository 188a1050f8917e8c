/**
 * load-component.ts FILE STORE: loads the component of the tests of commands twice, the second time with its fuel
 * counted, and says in a line of JSON whether the store knew it and what it came to.
 */
import { Runtime } from "../../isorun/runtime/runtime.ts";

const [file = "", store = ""] = process.argv.slice(2);
const known: boolean[] = [];
const results: unknown[] = [];
for (const fuel of [Number.POSITIVE_INFINITY, 100_000]) {
  const runtime = new Runtime({ store });
  const component = await runtime.load(file);
  const budget = Number.isFinite(fuel) ? { fuel: BigInt(fuel) } : {};
  const instance = await runtime.instance(component).budget(budget).instantiate();
  known.push(component.cost.fromStore);
  results.push(
    await instance.call("echo", ["grüße"]),
    component.hash,
    component.toWit(),
    String(instance.usage().fuel),
  );
}
console.log(JSON.stringify({ known, results }));
