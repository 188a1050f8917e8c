/** Writing to readers that take nothing for a while, in a process whose stdout and stderr are ours to hold up. */
import { afterAll, expect, test } from "bun:test";
import {
  chmodSync,
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openCLibrary } from "@vivarium/core/c-library";

const scratch = mkdtempSync(join(tmpdir(), "output-descriptor-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const { O_NOCTTY, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;
const nonBlocking = 0o4000;

const writer = (text: string): string => {
  const path = join(scratch, "writer.ts");
  const source = join(import.meta.dir, "output-descriptor.ts");
  writeFileSync(path, `import { watchOutput, writeOutput } from ${JSON.stringify(source)};\n${text}`);
  return path;
};

let pipes = 0;

/** A pipe that nobody reads yet: both of its ends. */
function openPipe(): { readonly reader: number; readonly end: number } {
  const path = join(scratch, `pipe${(pipes += 1)}`);
  Bun.spawnSync(["mkfifo", path]);
  const reader = openSync(path, O_RDONLY | O_NONBLOCK);
  return { reader, end: openSync(path, O_WRONLY) };
}

const flagsOf = (descriptor: number): number =>
  Number.parseInt(/^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8"))?.[1] ?? "", 8);

/** To its end, by a reader that waits. */
async function readAll(reader: number): Promise<string> {
  const pieces: Buffer[] = [];
  for (;;) {
    const piece = Buffer.alloc(1 << 16);
    try {
      const length = readSync(reader, piece);
      if (length === 0) return Buffer.concat(pieces).toString();
      pieces.push(piece.subarray(0, length));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

const onLinux = test.skipIf(process.platform !== "linux");

onLinux("what a watcher leaves is written before anything else, and nobody else's pipe is changed", async () => {
  const { reader, end } = openPipe();
  const script = writer(`
    const many = (text: string) => new TextEncoder().encode(text.repeat(1 << 20));
    watchOutput(() => { throw new Error("late"); });
    try { writeOutput(1, many("a")); } catch (error) { writeOutput(2, new TextEncoder().encode((error as Error).message + "\\n")); }
    watchOutput(undefined);
    writeOutput(1, many("b"));`);
  const child = Bun.spawn([process.execPath, script], { stdout: end, stderr: "pipe" });
  const words = await child.stderr.getReader().read();
  expect(new TextDecoder().decode(words.value)).toBe("late\n");
  expect(flagsOf(end) & nonBlocking).toBe(0);
  closeSync(end);
  const read = await readAll(reader);
  expect(read === "a".repeat(1 << 20) + "b".repeat(1 << 20)).toBe(true);
  expect(await child.exited).toBe(0);
  closeSync(reader);
});

onLinux("what is given up is dropped, and stdout and stderr know nothing of each other", async () => {
  const { reader, end } = openPipe();
  const script = writer(`
    let asked = 0;
    watchOutput(() => (asked += 1) < 3);
    writeOutput(1, new Uint8Array(1 << 20));
    writeOutput(2, new TextEncoder().encode(String(asked)));`);
  const child = Bun.spawn([process.execPath, script], { stdout: end, stderr: "pipe" });
  expect(await child.stderr.text()).toBe("3");
  expect(await child.exited).toBe(0);
  closeSync(end);
  closeSync(reader);
});

onLinux("a reader that goes away while it is waited for ends the process as SIGPIPE does", async () => {
  const { reader, end } = openPipe();
  const script = writer(`
    let isTold = false;
    watchOutput(() => { if (!isTold) process.stderr.write("held"); isTold = true; return true; });
    for (;;) writeOutput(1, new Uint8Array(1 << 20));`);
  const child = Bun.spawn([process.execPath, script], { stdout: end, stderr: "pipe" });
  await child.stderr.getReader().read();
  closeSync(reader);
  expect(await child.exited).toBe(141);
  closeSync(end);
});

interface Terminal extends Disposable {
  /** Whose output nobody reads. */
  readonly given: number;
  readonly path: string;
}

/** A pseudo-terminal in the mode that it starts with. */
function openTerminal(flags = O_RDWR): Terminal {
  const { unlockpt, ptsname_r } = openCLibrary({
    unlockpt: { args: ["i32"], returns: "i32" },
    ptsname_r: { args: ["i32", "ptr", "u64"], returns: "i32" },
  });
  const controller = openSync("/dev/ptmx", O_RDWR | O_NOCTTY);
  const name = new Uint8Array(64);
  expect(unlockpt(controller)).toBe(0);
  expect(ptsname_r(controller, name, name.length)).toBe(0);
  const path = new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
  return { given: openSync(path, flags | O_NOCTTY), path, [Symbol.dispose]: () => closeSync(controller) };
}

onLinux.each(["pipe", "terminal"])("a %s that is given for reading only is not written to", async (kind) => {
  using terminal = openTerminal(O_RDONLY);
  const { reader, end } = openPipe();
  const script = writer(`
    watchOutput(() => true);
    try { writeOutput(1, Uint8Array.of(0x61)); }
    catch (error) { writeOutput(2, new TextEncoder().encode((error as { cause: { code: string } }).cause.code)); }`);
  const stdout = kind === "pipe" ? reader : terminal.given;
  const child = Bun.spawn([process.execPath, script], { stdout, stderr: "pipe" });
  expect(await child.stderr.text()).toBe("EBADF");
  expect(await child.exited).toBe(0);
  for (const descriptor of [reader, end, terminal.given]) closeSync(descriptor);
});

/** Root may open what has no permissions, unless it gives that up. */
const asOthers = process.getuid?.() === 0 ? ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--"] : [];

onLinux.each([
  ["its session's, which is open to everybody", ["setsid", "-c"], "true"],
  ["one of another session", ["setsid"], "false"],
])(
  "nobody waits in the kernel for a terminal that cannot be opened again: %s",
  async (_, session, isOpen) => {
    using terminal = openTerminal();
    const { given, path } = terminal;
    chmodSync(path, 0);
    const script = writer(`
    import { readdirSync, readlinkSync } from "node:fs";
    const lines = new TextEncoder().encode(("words ".repeat(30) + "\\n").repeat(1000));
    let asked = 0;
    watchOutput(() => (asked += 1) < 3);
    writeOutput(1, lines);
    const own = readdirSync("/proc/self/fd").map((name) => {
      try { return readlinkSync("/proc/self/fd/" + name); } catch { return ""; }
    });
    writeOutput(2, new TextEncoder().encode(String(own.includes("/dev/tty"))));`);
    const argv = [...asOthers, ...session, process.execPath, script];
    const limits = { timeout: 10_000, killSignal: "SIGKILL" } as const;
    const child = Bun.spawn(argv, { stdin: given, stdout: given, stderr: "pipe", ...limits });
    expect(await child.stderr.text()).toBe(isOpen);
    expect(await child.exited).toBe(0);
    closeSync(given);
  },
  20_000,
);

test("a reader at its own pace, and a file, get all of it", async () => {
  const script = writer(`
    watchOutput(() => true);
    for (let line = 0; line < 200; line += 1) writeOutput(1, new TextEncoder().encode((line + " ").repeat(10_000)));`);
  const expected = Array.from({ length: 200 }, (_, line) => `${line} `.repeat(10_000)).join("");
  const child = Bun.spawn([process.execPath, script], { stdout: "pipe" });
  expect((await child.stdout.text()) === expected).toBe(true);
  const file = join(scratch, "file");
  for (const words of [`"$@" >"${file}"`, `"$@" | cat >"${file}"`]) {
    expect(Bun.spawnSync(["sh", "-c", words, "sh", process.execPath, script]).exitCode).toBe(0);
    expect(readFileSync(file, "utf8") === expected).toBe(true);
  }
});
