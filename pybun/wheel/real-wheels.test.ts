import { expect, test } from "bun:test";
import { oraclePython } from "../../tools/oracles.ts";
import { compareWithPip } from "../../tools/thousand-wheels.ts";

// The whole comparison is tools/thousand-wheels.ts with its scoreboard; these are small, and differ in their builders.
const requirements = [
  "idna==3.11",
  "requests==2.0.1",
  "wheel==0.24.0",
  "setuptools==3.6",
  "six==1.9.0",
  "flit_core==3.9.0",
  "hatchling==1.25.0",
  "markupsafe==3.0.2",
  "jmespath==1.0.1",
  "typing-extensions==4.12.2",
];

test("wheels of ten builders unpack to what pip installs", async () => {
  const verdicts: Record<string, string> = {};
  for await (const { requirement, verdict } of compareWithPip(requirements, await oraclePython())) {
    verdicts[requirement] = verdict.kind === "equal" && verdict.files > 0 ? "equal" : JSON.stringify(verdict);
  }
  expect(verdicts).toEqual(Object.fromEntries(requirements.map((requirement) => [requirement, "equal"])));
}, 120_000);
