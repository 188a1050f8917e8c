import { expect, test } from "bun:test";
import { WitPackages } from "./wit-packages.ts";

const at = (path: string, version = "") => ({ path, version });

test("what would close a circle is not taken, and nothing follows from it", () => {
  const packages = new WitPackages();
  expect(packages.take(at("a:a"), at("b:b"))).toBe(true);
  expect(packages.take(at("b:b"), at("c:c"))).toBe(true);
  expect(packages.take(at("c:c"), at("a:a"))).toBe(false);
  expect(packages.take(at("c:c"), at("c:c"))).toBe(true);
  expect(packages.take(at("c:c"), at("a:a", "@1.0.0"))).toBe(true);
  expect(packages.take(at("a:a"), at("c:c"))).toBe(true);
});

test("many packages, each of which takes from the one before it, are looked at so often in all", () => {
  const packages = new WitPackages();
  const count = 20_000;
  const taken = Array.from({ length: count }, (_, index) => packages.take(at(`a:b${index + 1}`), at(`a:b${index}`)));
  const from = taken.indexOf(false);
  expect(from).toBeGreaterThan(1000);
  expect(taken.slice(from)).not.toContain(true);
});
