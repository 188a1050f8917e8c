import { expect, test } from "bun:test";
import { Meter } from "../compile/meter.ts";
import { BudgetExhausted } from "../errors/errors.ts";
import { thrownBy } from "../errors/testing/failure-of.ts";
import { chargeCopy } from "./copy-fuel.ts";
import type { Root } from "./task.ts";

function rootWith(meter: Meter): Root {
  const spend = (instructions: number): void => {
    if (!meter.spend(instructions))
      throw new BudgetExhausted({ field: "fuel", limit: 0n, used: 0n, ...meter.exhaustion });
  };
  // Of a root only its fuel is looked at.
  return { fuel: { account: meter.fuelAccount, short: () => 1, shortOfCopy: () => 1, spend } } as Partial<Root> as Root;
}

test("copies are paid for by bytes", () => {
  const meter = new Meter({ fuel: 100_000n });
  const root = rootWith(meter);
  const used: bigint[] = [];
  for (const bytes of [135, 136, 4096]) {
    const before = meter.fuelUsed;
    chargeCopy(root, bytes);
    used.push(meter.fuelUsed - before);
  }
  expect(used).toEqual([16n, 17n, 512n]);
});

test("a copy over what is left ends the instance, however many slices it takes, and no clock is looked at", () => {
  let looks = 0;
  const onSlice = (): undefined => void (looks += 1);
  const meter = new Meter({ fuel: 1000n, sliceFuel: 10n, onSlice });
  const root = rootWith(meter);
  chargeCopy(root, 7200);
  chargeCopy(root, 800);
  expect([meter.fuelUsed, meter.exhaustion, looks]).toEqual([1000n, undefined, 0]);
  expect(thrownBy(() => chargeCopy(root, 136))).toMatchObject({ field: "fuel", limit: 1000n, used: 1017n });
  expect(thrownBy(() => chargeCopy(root, 136))).toMatchObject({ field: "fuel", limit: 1000n, used: 1017n });
});

test("who counts no fuel pays nothing", () => {
  chargeCopy({ fuel: undefined } as Partial<Root> as Root, 2 ** 28);
});
