import { describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";

/** Runs a program that replaces itself, so that the test itself survives. */
function replaceIn(program: string): { exitCode: number; stdout: string } {
  const source = `import { replaceProcess } from ${JSON.stringify(fileURLToPath(new URL("./execve.ts", import.meta.url)))};\n${program}`;
  const child = Bun.spawnSync({ cmd: [process.execPath, "-e", source], stdout: "pipe", stderr: "inherit" });
  return { exitCode: child.exitCode, stdout: child.stdout.toString() };
}

describe("replaceProcess", () => {
  test("passes arguments and environment as they are, and keeps the pid", () => {
    const { stdout, exitCode } = replaceIn(`
      process.stdout.write(process.pid + "\\n");
      replaceProcess({ path: "/bin/sh", argv: ["own name", "-c", 'echo $$; printf "%s|" "$0" "$@"; printf "%s" "$A"; exit 7', "zero", "", "ä b"], environment: { A: "ü=1", B: undefined } });
    `);
    const [before, after, rest] = stdout.split("\n");
    expect(after).toBe(before ?? "");
    expect(rest).toBe("zero||ä b|ü=1");
    expect(exitCode).toBe(7);
  });

  test.skipIf(process.platform !== "linux")("leaves no signal ignored and no descriptor open", () => {
    // No pipe, whose ends the shell holds for a moment; `:` keeps it from becoming ls.
    const { stdout } = replaceIn(
      `replaceProcess({ path: "/bin/sh", argv: ["sh", "-c", "grep SigIgn /proc/self/status; ls -m /proc/$$/fd; :"], environment: process.env });`,
    );
    const direct = Bun.spawnSync({ cmd: ["/bin/sh", "-c", "grep SigIgn /proc/self/status"], stdout: "pipe" });
    expect(stdout.split("\n")[0]).toBe(direct.stdout.toString().trim());
    expect(stdout.split("\n")[1]?.trim()).toBe("0, 1, 2");
  });

  test("comes back with false where there is no such program", () => {
    const { exitCode } = replaceIn(
      `process.exit(replaceProcess({ path: "/nowhere/program", argv: ["x"], environment: {} }) === false ? 5 : 6);`,
    );
    expect(exitCode).toBe(5);
  });
});
