import { expect, test } from "bun:test";
import { join } from "node:path";
import { Problem } from "./diagnostic.ts";
import { coreDiagnostics } from "./diagnostics.ts";

const program = `
  import { openCLibrary } from ${JSON.stringify(join(import.meta.dir, "c-library.ts"))};
  try {
    openCLibrary({ getpid: { args: [], returns: "i32" } });
    console.log("opened");
  } catch (error) {
    console.log(error.code);
  }
`;

/** What a process says that tries, in an environment of its own. */
function tryWith(environment: Readonly<Record<string, string>>): string {
  const child = Bun.spawnSync([process.execPath, "-e", program], { env: { ...process.env, ...environment } });
  return child.stdout.toString().trim();
}

test.skipIf(process.platform === "win32")("without the compiler of the runtime there is a code for it", () => {
  expect(tryWith({})).toBe("opened");
  expect(tryWith({ BUN_JSC_useJIT: "0" })).toBe(new Problem("E_RUNTIME_NO_JIT", {}).code);
  expect(coreDiagnostics.E_RUNTIME_NO_JIT.exit).toBe(78);
});
