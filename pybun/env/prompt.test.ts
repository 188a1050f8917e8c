import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promptOf } from "./prompt.ts";
import { openScene, run } from "./testing/scene.ts";

const prompt = (...requirements: readonly string[]): string =>
  promptOf({ key: "0123456789abcdef", wish: { requirements } });

test("an environment is called by what it was made for, else by its key", () => {
  expect(prompt("requests>=2")).toBe("requests");
  expect(prompt("zope.interface[x]; python_version > '3'", "rich", "six")).toBe("zope.interface+2");
  expect(prompt("tool @ https://host/tool-1-py3-none-any.whl")).toBe("tool");
  expect(prompt()).toBe("01234567");
});

test("the shell and pyvenv.cfg of an environment in the store say so", async () => {
  const scene = openScene();
  try {
    const wheel = await scene.wheel({ name: "tool", version: "1", files: { "tool.py": "" } });
    const wish = () => ({ requirements: ["tool==1"] });
    const { path } = await scene.environment("0123456789abcdef", [wheel], { wish });
    const { out } = run(["sh", "-c", '. "$1/bin/activate"; echo "$VIRTUAL_ENV_PROMPT"', "sh", path]);
    expect(out).toBe("tool");
    expect(readFileSync(join(path, "pyvenv.cfg"), "utf8")).toEndWith("\nprompt = tool\n");
  } finally {
    scene.remove();
  }
});
