/**
 * Our own cases of the canonical ABI and of validation: each script of a folder passes command by command. Those in
 * `open` are right and do not pass yet: whoever mends one moves it to its clause.
 */
import { expect, test } from "bun:test";
import { runScript } from "../conformance/run-script.ts";
import { readOwnScripts } from "./assemble.ts";

for (const folder of ["abi", "validation", "open"]) {
  const run = folder === "open" ? test.failing : test;
  for (const script of await readOwnScripts(folder)) {
    run(`${folder}/${script.name}`, async () => {
      const failures = (await runScript(script)).flatMap(({ line, failure }) =>
        failure === undefined ? [] : [`line ${line}: ${failure}`],
      );
      expect(failures).toEqual([]);
    });
  }
}
