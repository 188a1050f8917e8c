/** Turns this process into the program; where the system cannot, or will not, a child takes its place. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import { canReplaceProcess, redirectStdin, replaceProcess } from "@vivarium/core/execve";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { endOf } from "./captured-child.ts";
import type { runDiagnostics } from "./diagnostics.ts";
import type { Invocation } from "./invocation.ts";
import { type ReadProcessFile, rawVariables, rawWords } from "./raw-words.ts";

const problem = problemsOf<typeof runDiagnostics>();

export interface Becoming {
  readonly invocation: Invocation;
  readonly variables: Readonly<Record<string, string>>;
  /** Bytes that the program finds on its standard input. */
  readonly stdin?: Uint8Array;
  /** Those that our caller has handed down. */
  readonly descriptors: readonly number[];
}

/** Returns only where a child had to run; then its exit code. @throws E_RUN_CANNOT_START */
export async function becomeProgram({ invocation, variables, stdin, descriptors }: Becoming): Promise<number> {
  const { program, argv } = invocation;
  const given = stdin === undefined || (canReplaceProcess && offerOnStdin(stdin)) ? "inherit" : stdin;
  if (canReplaceProcess && given === "inherit") {
    const environment = rawVariables(variables, readProcessFile);
    replaceProcess({ path: program, argv: rawWords(argv, readProcessFile), environment, descriptors });
  }
  try {
    const child = Bun.spawn({
      cmd: [program, ...argv.slice(1)],
      argv0: argv[0] ?? program,
      env: variables,
      stdio: [given, "inherit", "inherit"],
    });
    await child.exited;
    return endOf(child).exitCode;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    throw problem("E_RUN_CANNOT_START", { program, reason: errno }, { cause: error });
  }
}

/** Linux only; elsewhere what could not be decoded is lost. */
const readProcessFile: ReadProcessFile = (name) =>
  process.platform === "linux" ? readFileSync(`/proc/self/${name}`, "latin1") : undefined;

/** As a file without a name, which is gone when the program ends, however it ends. False where none can be made. */
function offerOnStdin(bytes: Uint8Array): boolean {
  let directory: string | undefined;
  try {
    directory = mkdtempSync(join(tmpdir(), "pybun-stdin-"));
    const path = join(directory, "script");
    writeFileSync(path, bytes, { mode: 0o600 });
    const descriptor = openSync(path, "r");
    redirectStdin(descriptor);
    closeSync(descriptor);
    return true;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  } finally {
    if (directory !== undefined) rmSync(directory, { recursive: true });
  }
}
