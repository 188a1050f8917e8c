/** The search itself, where more calls wait than a test can make. */
import { expect, test } from "bun:test";
import type { Task } from "./task.ts";
import { circlesOf } from "./wait-graph.ts";

const length = 100_000;

/** Calls that stand in a line, each in an instance of its own: the first waits for the second's, and so on. */
function line(): readonly Task[] {
  const tasks: { waitsFor: unknown; readonly root: unknown }[] = [];
  for (let index = 0; index < length; index += 1) {
    const root = { mayEnter: false, chainName: `i${index}`, tasks: { running: undefined } };
    const task = { root, sequence: index + 1, waitsFor: undefined };
    Object.assign(root, { heldBy: task });
    tasks.push(task);
  }
  for (const [index, task] of tasks.entries()) task.waitsFor = tasks[index + 1]?.root;
  // What the search looks at.
  return tasks as unknown as readonly Task[];
}

const last = (tasks: readonly Task[]): Task => tasks.at(-1) ?? expect.unreachable("there is one");

test("calls that wait in a line are no circle, however many they are", () => {
  const [first, second] = line();
  if (first === undefined || second === undefined) throw new Error("there are more");
  expect(circlesOf(first, second.root)).toEqual([]);
});

test("and one circle if the last waits for the first, in which the youngest gives way", () => {
  const tasks = line();
  const [first] = tasks;
  if (first === undefined) throw new Error("there are more");
  const circles = circlesOf(last(tasks), first.root);
  expect(circles.map(({ victim }) => victim.sequence)).toEqual([length]);
  expect(circles[0]?.cycle.length).toBe(length + 1);
});
