/** How many component instances a root may have (`maxInstances`), and how many places of its Runtime they take. */
import { expect, test } from "bun:test";
import { thrownBy } from "../errors/testing/failure-of.ts";
import { ComponentInstance } from "./component-instance.ts";
import { InstanceStates } from "./instance-states.ts";

/** Of instances without code in one root, until its limit refuses one. */
function emptyOnes(instances: number) {
  const states = new InstanceStates();
  const within = new ComponentInstance(states, { within: states.makeRoot("crowded", { instances }) });
  const made: ComponentInstance[] = [];
  const end = thrownBy(() => {
    for (;;) made.push(new ComponentInstance(states, { within, hasCode: false }));
  });
  return { count: made.length, end };
}

test.each([
  [1, 63],
  [2, 127],
  [17, 1024],
  [20, 1024 + 3],
  [600, 1024 + 583],
])("%i allow as many without code as count as one by 64, and in full behind the first thousand", (limit, count) => {
  expect(emptyOnes(limit)).toMatchObject({ count, end: { field: "maxInstances", limit, used: limit + 1 } });
});
