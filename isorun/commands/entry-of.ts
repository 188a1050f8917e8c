/** What `run` calls: wasi:cli/run, or the export that `--invoke` names, with its arguments read. */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Component } from "../runtime/component.ts";
import { resourceNames } from "../runtime/link-problems.ts";
import type { ExternType, FuncType, ValueType } from "../types/component-types.ts";
import { formatFuncType } from "../types/wit.ts";
import { type Invocation, parseArguments, parseInvocation } from "../wave/parse.ts";
import { WaveError } from "../wave/wave-error.ts";
import type { isorunDiagnostics } from "./diagnostics.ts";
import { findFunction, functionsOf, someOf } from "./exports-of.ts";

const problem = problemsOf<typeof isorunDiagnostics>();

export interface Entry {
  readonly name: string;
  readonly type: FuncType;
  readonly args: readonly unknown[];
  /** What it returns is printed; otherwise it is how the program ended. */
  readonly isInvoked: boolean;
}

interface Given {
  readonly file: string;
  readonly component: Component;
}

const runName = /^wasi:cli\/run@0\.2(?:\.\d+)?#run$/;

/** @throws E_COMPONENT_ENTRY (66) */
export function runEntryOf({ file, component }: Given): Entry {
  const functions = functionsOf(component);
  for (const [name, type] of functions) if (runName.test(name)) return { name, type, args: [], isInvoked: false };
  throw problem("E_COMPONENT_ENTRY", { file, nearest: [], known: callable(functions) });
}

/** @throws E_INVOKE_TEXT (2), E_INVOKE_NAME (66), E_INVOKE_TYPE (65) */
export function invokedEntryOf(text: string, { file, component }: Given): Entry {
  const invocation = readInvocation(text);
  const functions = functionsOf(component);
  const found = findFunction(functions, invocation.name);
  if (!("type" in found)) {
    throw problem("E_INVOKE_NAME", { file, name: invocation.name, nearest: found, known: callable(functions) });
  }
  const { name, type } = found;
  if (!canBeWritten(type)) {
    const names = resourceNames(type, besideOf(name, component));
    throw problem("E_INVOKE_TYPE", { name, type: formatFuncType(type, names) });
  }
  return { name, type, args: readArguments(text, invocation, type), isInvoked: true };
}

/** What is exported beside a function: the names of its resources are there. */
function besideOf(name: string, { exports }: Component): ReadonlyMap<string, ExternType> {
  const around = name.includes("#") ? exports.get(name.replace(/#.*$/, "")) : undefined;
  return around?.kind === "instance" ? around.exports : exports;
}

/** Some of what `--invoke` could call. */
const callable = (functions: ReadonlyMap<string, FuncType>): readonly string[] =>
  someOf(new Map([...functions].filter(([, type]) => canBeWritten(type))));

function canBeWritten({ hasResource, params, result }: FuncType): boolean {
  const types: readonly (ValueType | undefined)[] = [...params.map(({ type }) => type), result];
  return !hasResource && types.every((type) => type?.hasAsync !== true);
}

function readInvocation(text: string): Invocation {
  try {
    return parseInvocation(text);
  } catch (error) {
    throw textProblem(text, error);
  }
}

function readArguments(text: string, invocation: Invocation, type: FuncType): readonly unknown[] {
  try {
    return parseArguments(invocation.arguments, type);
  } catch (error) {
    throw textProblem(text, error);
  }
}

function textProblem(text: string, error: unknown): unknown {
  if (!(error instanceof WaveError)) return error;
  const line = text.split("\n")[error.line - 1] ?? "";
  const spans = [{ line: error.line, column: error.column, text: line }];
  return problem("E_INVOKE_TEXT", { reason: error.message }, { spans });
}
