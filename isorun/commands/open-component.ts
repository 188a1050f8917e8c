/** From the path on a command line to a component that is known to be valid. */
import type { CommandContext } from "@vivarium/cli/command";
import { problemsOf } from "@vivarium/core/diagnostic";
import { placesOf } from "@vivarium/core/paths";
import { DecodeError, UnsupportedError, ValidationError } from "../errors/errors.ts";
import type { Component, LoadOptions } from "../runtime/component.ts";
import { Runtime } from "../runtime/runtime.ts";
import type { isorunDiagnostics } from "./diagnostics.ts";
import { interruptOf } from "./interrupt-of.ts";
import { readComponentFile } from "./read-component.ts";

const problem = problemsOf<typeof isorunDiagnostics>();

export interface OpenComponent {
  readonly runtime: Runtime;
  readonly component: Component;
  /** As it was given. */
  readonly file: string;
}

/** Where compiled modules are kept. */
export const storeOf = ({
  platform,
  environment,
  home,
}: Pick<CommandContext, "platform" | "environment" | "home">): string => placesOf(platform, environment, home).cache;

interface OpenOptions extends Omit<LoadOptions, "interruptBy"> {
  readonly context: Pick<
    CommandContext,
    "cwd" | "environment" | "home" | "platform" | "report" | "signal" | "lookForSignals"
  >;
  /** Of isorun, that opens it. */
  readonly command: string;
  readonly useStore: boolean;
}

/** @throws why the command has to end, E_COMPONENT_MISSING, E_COMPONENT_READ, E_COMPONENT_KIND, E_COMPONENT_MALFORMED and its kin */
export async function openComponent(
  file: string,
  { context, command, useStore, ...loading }: OpenOptions,
): Promise<OpenComponent> {
  const bytes = readComponentFile(file, { cwd: context.cwd, command });
  const runtime = new Runtime({ store: useStore ? storeOf(context) : false });
  const startMs = performance.now();
  const interruptBy = interruptOf(context);
  const component = await runtime.load(bytes, { ...loading, interruptBy }).catch((error: unknown) => {
    throw loadProblem(error, file);
  });
  context.lookForSignals();
  context.signal.throwIfAborted();
  context.report.emit("component.load", {
    path: file,
    hash: component.hash,
    bytes: component.size,
    from: component.cost.fromStore ? "store" : "file",
    duration_ms: Math.round((performance.now() - startMs) * 1000) / 1000,
  });
  return { runtime, component, file };
}

/** What a component is refused with; other errors come back as they are. */
export function loadProblem(error: unknown, file: string): unknown {
  const reason = error instanceof Error ? error.message : "";
  if (error instanceof DecodeError) return problem("E_COMPONENT_MALFORMED", { file, reason });
  // Of proposals that it knows and does not have, the engine's compiler says so.
  if (reason.includes("is not enabled")) return problem("E_COMPONENT_UNSUPPORTED", { file, reason });
  if (error instanceof ValidationError) return problem("E_COMPONENT_INVALID", { file, reason });
  if (error instanceof UnsupportedError) return problem("E_COMPONENT_UNSUPPORTED", { file, reason });
  return error;
}
