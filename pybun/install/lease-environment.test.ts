/** A run that leases an environment finds out whether it was evicted just before. */
import { afterAll, expect, test } from "bun:test";
import { leaseOf, removeEnvironment } from "../env/list-environments.ts";
import { openScene } from "../env/testing/scene.ts";
import { leaseEnvironments } from "./lease-environment.ts";

const scene = openScene();
afterAll(scene.remove);

test("what is there is leased until the end, and what was evicted is not", async () => {
  const { store } = scene;
  const record = await scene.environment("leased", [await scene.wheel({ name: "one", version: "1" })]);
  const { kind, key } = leaseOf(store, record);
  const end = leaseEnvironments(store, [record]);
  expect([...store.leased()]).toEqual([`${kind}/${key}`]);
  expect(() => removeEnvironment(store, key)).toThrow(expect.objectContaining({ code: "E_ENV_IN_USE" }));
  end?.();
  removeEnvironment(store, key);
  expect(leaseEnvironments(store, [record])).toBeUndefined();
  expect(store.leased().size).toBe(0);
});
