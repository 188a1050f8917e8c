import { BudgetExhausted, Runtime } from "@vivarium/isorun";
import type { Exports } from "./greet.d.ts";

const runtime = new Runtime();
const component = await runtime.load(new URL("greet.wasm", import.meta.url));
await using instance = await runtime.instance(component).budget({ fuel: 100_000n }).instantiate();
const { greet, sum } = instance.exports as Exports;
console.log(await greet("you"), await sum([1, 2, 39]));
const end = await sum(new Uint32Array(1_000_000)).catch((error: unknown) => error);
if (end instanceof BudgetExhausted) console.log(end.field, end.limit, instance.state);
await runtime.close();
