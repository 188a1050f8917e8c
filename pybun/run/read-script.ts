/** Reads the script that is to be run, as far as its metadata needs it; a script on stdin is read whole. */
import { dirname, resolve } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import { redactAddress } from "@vivarium/core/redact";
import type { Report } from "@vivarium/core/report";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { readRegularFile } from "@vivarium/core/store/small-file";
import { reasonOf } from "@vivarium/core/system-reason";
import type { ScriptMetadata } from "../script/metadata.ts";
import type { runDiagnostics } from "./diagnostics.ts";
import type { RunTarget } from "./run-target.ts";
import { headBytesMax } from "./warm-key.ts";

const problem = problemsOf<typeof runDiagnostics>();

export interface ReadScript {
  readonly metadata: ScriptMetadata | undefined;
  /** The script as given. */
  readonly script: string | undefined;
  /** Its first bytes, one character each: of a file only, and whole unless it is longer than the warm path looks at. */
  readonly head?: string;
  /** The bytes of a script from stdin, which the program has to be given again. */
  readonly stdin?: Uint8Array;
}

/** @throws E_RUN_SCRIPT_NOT_FOUND and the codes of scriptDiagnostics */
export async function readScript(
  target: RunTarget | undefined,
  { cwd, report }: { readonly cwd: string; readonly report: Report },
): Promise<ReadScript> {
  const read = async (bytes: Uint8Array, name: string): Promise<ScriptMetadata | undefined> => {
    if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes("# /// script")) return undefined;
    const { readScriptMetadata } = await import("../script/metadata.ts");
    return withPlaces(await readScriptMetadata({ bytes, name, report }), dirname(resolve(cwd, name)));
  };
  if (target?.kind === "file") {
    const { path } = target;
    const bytes = target.isSource ? readBytes(path, cwd) : undefined;
    if (bytes === undefined) return { metadata: undefined, script: path };
    const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, headBytesMax)).toString("latin1");
    return { metadata: await read(bytes, path), script: path, head };
  }
  // At a terminal Python reads and runs line by line; what it is given then cannot be looked at first.
  if (target?.kind !== "stdin" || process.getBuiltinModule("node:tty").isatty(0))
    return { metadata: undefined, script: undefined };
  const stdin = await Bun.stdin.bytes();
  return { metadata: await read(stdin, "<stdin>"), script: undefined, stdin };
}

/** Relative places of a block start at its script. */
async function withPlaces(
  metadata: ScriptMetadata | undefined,
  directory: string,
): Promise<ScriptMetadata | undefined> {
  if (metadata?.requirements.some(({ url }) => url !== undefined) !== true) return metadata;
  const { fromPlace } = await import("../requirements-file/given-requirement.ts");
  const urlOfPath = (path: string): string => Bun.pathToFileURL(resolve(directory, path)).href;
  return { ...metadata, requirements: metadata.requirements.map((one) => fromPlace(one, urlOfPath)) };
}

/** Undefined for what is a pipe by now, and Python's to read. */
function readBytes(path: string, cwd: string): Uint8Array | undefined {
  try {
    return readRegularFile(resolve(cwd, path));
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    throw problem("E_RUN_SCRIPT_NOT_FOUND", { script: redactAddress(path), reason: reasonOf(error) }, { cause: error });
  }
}
