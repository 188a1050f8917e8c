import { expect, test } from "bun:test";
import { compareEnvironments } from "./sixty-packages.ts";

// Namespaces with and without an __init__, native code, scripts, a .pth file; the scoreboard holds the large set.
const small = ["zope.interface==7.2", "zope.event==5.0", "pyyaml==6.0.2", "jaraco.text==4.0.0", "setuptools==75.8.0"];

test("an environment of real packages equals a virtual environment that pip filled", async () => {
  const { differences, imported, distributions } = await compareEnvironments({ requirements: small });
  expect(differences).toEqual([]);
  expect(distributions).toBeGreaterThanOrEqual(small.length);
  expect(imported).toBeGreaterThan(3);
}, 300_000);
