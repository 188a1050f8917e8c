import { expect, test } from "bun:test";
import { join } from "node:path";
import { findCLibrary, openCLibrary } from "./c-library.ts";
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

test.skipIf(process.platform === "win32")("what the C library offers can be called", () => {
  const symbols = { getpid: { args: [], returns: "i32" } } as const;
  expect(openCLibrary(symbols).getpid()).toBe(process.pid);
  expect(findCLibrary(symbols)?.getpid()).toBe(process.pid);
});

test("what it does not offer is told, with the names that were tried", () => {
  const symbols = { no_such_function: { args: [], returns: "i32" } } as const;
  expect(findCLibrary(symbols)).toBeUndefined();
  expect(() => openCLibrary(symbols)).toThrow(/^no C library among .*lib.* offers no_such_function$/);
});
