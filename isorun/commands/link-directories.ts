/**
 * The directories that a policy grants, as a program finds them: under their own paths on the host, and under the names
 * that they have from the working directory, so that both `/home/me/data/x` and `data/x` lead to what `--allow-read=data`
 * grants.
 */
import { isAbsolute, relative } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Policy } from "@vivarium/core/policy/policy";
import { LinkError } from "../errors/errors.ts";
import type { InstanceBuilder } from "../runtime/instance-builder.ts";
import { WasiDir } from "../wasi/dir.ts";
import type { isorunDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof isorunDiagnostics>();

/** The policy narrows each to what it grants in it. @throws E_RUN_DIRECTORY (66) */
export function linkDirectories(builder: InstanceBuilder, { capabilities }: Policy, cwd: string): void {
  const granted = outermost([...capabilities.read, ...capabilities.write]);
  for (const path of granted) {
    link(builder, { path, guestPath: path });
    const fromHere = relative(cwd, path);
    if (isInside(fromHere)) link(builder, { path, guestPath: fromHere === "" ? "." : fromHere });
    // What is around the working directory is what relative names lead to.
    else if (isInside(relative(path, cwd))) link(builder, { path: cwd, guestPath: "." });
  }
}

const isInside = (way: string): boolean => way !== ".." && !way.startsWith("../") && !isAbsolute(way);

const outermost = (paths: readonly string[]): readonly string[] =>
  [...new Set(paths)].filter((path) => !paths.some((other) => other !== path && isInside(relative(other, path))));

interface Given {
  readonly path: string;
  readonly guestPath: string;
}

function link(builder: InstanceBuilder, { path, guestPath }: Given): void {
  try {
    builder.linkSystem(new WasiDir(path, { guestPath, access: "write" }));
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    const reason = error.message.replace(/^cannot give the directory '.*': /s, "");
    throw problem("E_RUN_DIRECTORY", { path, reason }, { cause: error.cause });
  }
}
