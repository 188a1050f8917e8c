/** Reads the file of a component, and says of anything else what it is and what to do with it. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { cliDiagnostics } from "@vivarium/cli/diagnostics";
import { problemsOf } from "@vivarium/core/diagnostic";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { reasonOf } from "@vivarium/core/system-reason";
import type { isorunDiagnostics } from "./diagnostics.ts";
import { isUtf8Name } from "./look-at.ts";
import { strangerOf } from "./stranger.ts";

const problem = problemsOf<typeof isorunDiagnostics>();
const usageProblem = problemsOf<typeof cliDiagnostics>();

/** More than an engine takes: a module has at most 1 GiB, and nobody's component comes near. */
const bytesMax = 1 << 30;

const noFile = "no regular file";
const noFileWay = "Write what it gives to a file first, and name that.";
const tooLargeWay = "Name the component itself: an image, an archive or a dump may hold it.";

interface Reading {
  readonly cwd: string;
  /** Of isorun, that reads it. */
  readonly command: string;
}

/** @throws E_USAGE_ARGUMENT_MISSING (2), E_COMPONENT_MISSING (66), E_COMPONENT_READ (74), E_COMPONENT_KIND (65) */
export function readComponentFile(file: string, { cwd, command }: Reading): Uint8Array {
  // Of a variable that is not set; as a path it would be the working directory.
  if (file === "") throw usageProblem("E_USAGE_ARGUMENT_MISSING", { program: "isorun", command, name: "FILE" });
  // A slash at the end names a directory, also where a file is.
  const bytes = bytesOf(file, `${resolve(cwd, file)}${file.endsWith("/") ? "/" : ""}`);
  const stranger = strangerOf(bytes, file);
  if (stranger !== undefined) throw problem("E_COMPONENT_KIND", { file, ...stranger });
  return bytes;
}

/** Without waiting for the writer of a FIFO; what is open is what is looked at. */
function bytesOf(file: string, path: string): Uint8Array {
  if (path.includes("\0")) throw problem("E_COMPONENT_MISSING", { file, isUtf8: true });
  try {
    const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const status = fstatSync(descriptor);
      if (status.isDirectory()) throw ofKind(file, "a directory", "Name the file in it that ends in '.wasm'.");
      if (!status.isFile()) throw ofKind(file, noFile, noFileWay);
      if (status.size > bytesMax)
        throw ofKind(file, `a file of ${status.size} bytes, which no engine takes`, tooLargeWay);
      return readFileSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    if (errno === "ENOENT" || errno === "ENOTDIR") {
      throw problem("E_COMPONENT_MISSING", { file, isUtf8: isUtf8Name(path) });
    }
    if (errno === "ENXIO" || errno === "EISDIR") throw ofKind(file, noFile, noFileWay);
    throw problem("E_COMPONENT_READ", { file, reason: reasonOf(error) }, { cause: error });
  }
}

const ofKind = (file: string, found: string, way?: string) =>
  problem("E_COMPONENT_KIND", { file, found, ...(way === undefined ? {} : { way }) });
