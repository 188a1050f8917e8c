/** A run that leases an environment finds out whether it was evicted just before. */
import { afterAll, expect, test } from "bun:test";
import { environmentKind } from "../env/environment-record.ts";
import { leaseOf, removeEnvironment } from "../env/list-environments.ts";
import { openScene } from "../env/testing/scene.ts";
import { leaseEnvironments } from "./lease-environment.ts";

const scene = openScene();
afterAll(scene.remove);

test("what is there is leased until the end, and what was evicted is not", async () => {
  const { store } = scene;
  const record = await scene.environment("leased", [await scene.wheel({ name: "one", version: "1" })]);
  const { kind, key } = leaseOf(store, record);
  const end = await leaseEnvironments({ store }, [record]);
  expect([...store.leased()]).toEqual([`${kind}/${key}`]);
  expect(() => removeEnvironment(store, key)).toThrow(expect.objectContaining({ code: "E_ENV_IN_USE" }));
  end?.();
  removeEnvironment(store, key);
  expect(await leaseEnvironments({ store }, [record])).toBeUndefined();
  expect(store.leased().size).toBe(0);
});

test("a lease waits for who evicts: nobody starts in what is just then away from its place", async () => {
  const { store } = scene;
  const record = await scene.environment("evicted", [await scene.wheel({ name: "two", version: "1" })]);
  const { leasing } = await store.withEviction(
    () => {
      const begun = leaseEnvironments({ store }, [record]);
      expect(store.leased().size).toBe(0);
      store.remove(environmentKind, record.key);
      return { leasing: begun };
    },
    { waitMs: 60_000 },
  );
  expect(await leasing).toBeUndefined();
  expect(store.leased().size).toBe(0);
});
