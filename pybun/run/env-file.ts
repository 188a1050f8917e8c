/**
 * `--env-file`: variables from a file, a line each.
 *
 *   NAME=value            spaces around the value are dropped, ` #` begins a comment
 *   NAME='value'          as it stands, may go over several lines
 *   NAME="value"          \n \r \t \" \\ \$ are escapes, may go over several lines
 *   export NAME=value     `export` is allowed
 *   # comment, and empty lines
 *
 * `$NAME` and `${NAME}` in an unquoted or double-quoted value stand for a variable of an earlier line, else of the
 * caller. A variable that the caller has set stays as it is: the file gives defaults, as with uv and docker compose.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Environment } from "@vivarium/core/paths";
import { redactAddress } from "@vivarium/core/redact";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { reasonOf } from "@vivarium/core/system-reason";
import type { runDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof runDiagnostics>();

const assignment = /(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*/y;
const single = /'([^']*)'/y;
const double = /"((?:[^"\\]|\\[^])*)"/y;
const plain = /[^\n]*/y;
const rest = /[ \t]*(?:#[^\n]*)?(?:\n|$)/y;
const blank = /[ \t]*(?:#[^\n]*)?(?:\n|$)/y;

interface EnvFileSetting {
  /** How messages name it. */
  readonly file: string;
  /** Variables that the text may refer to. */
  readonly outer?: Environment;
}

/** The variables of a text, later lines winning. @throws E_RUN_ENV_FILE_SYNTAX with line and column */
export function parseEnvFile(source: string, { file, outer = {} }: EnvFileSetting): Record<string, string> {
  const text = source.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const variables: Record<string, string> = {};
  // Every object has a "constructor", and no environment has set it.
  const lookUp = (name: string): string => [variables, outer].find((known) => Object.hasOwn(known, name))?.[name] ?? "";
  for (let place = 0; place < text.length; ) {
    const skipped = matchAt(blank, text, place);
    if (skipped !== undefined) {
      place += skipped[0].length;
      continue;
    }
    place += matchAt(/[ \t]*/y, text, place)?.[0].length ?? 0;
    const head = matchAt(assignment, text, place);
    if (head === undefined) throw syntaxProblem(text, { file, place, reason: "a line begins with NAME=" });
    place += head[0].length;
    const value = readValue(text, { file, place, lookUp });
    variables[head[1] ?? ""] = value.text;
    place = value.end;
  }
  return variables;
}

function readValue(
  text: string,
  { file, place, lookUp }: { file: string; place: number; lookUp: (name: string) => string },
): { text: string; end: number } {
  const quote = text[place];
  if (quote !== "'" && quote !== '"') {
    const line = matchAt(plain, text, place)?.[0] ?? "";
    const value = line.replace(/(?:^|[ \t])#.*$/, "").trim();
    return { text: expand(value, lookUp), end: place + line.length + 1 };
  }
  const quoted = matchAt(quote === "'" ? single : double, text, place);
  if (quoted === undefined) throw syntaxProblem(text, { file, place, reason: `the quote ${quote} is never closed` });
  const end = place + quoted[0].length;
  const after = matchAt(rest, text, end);
  if (after === undefined)
    throw syntaxProblem(text, { file, place: end, reason: "text stands behind the closing quote" });
  const inner = quoted[1] ?? "";
  return { text: quote === "'" ? inner : expand(inner, lookUp), end: end + Math.max(after[0].length, 1) };
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

function expand(value: string, lookUp: (name: string) => string): string {
  return value.replace(
    /\\([nrt"\\$])|\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)/g,
    (_, escaped: string | undefined, braced: string | undefined, bare: string | undefined) =>
      escaped === undefined ? lookUp(braced ?? bare ?? "") : (escapes[escaped] ?? escaped),
  );
}

function matchAt(pattern: RegExp, text: string, place: number): RegExpExecArray | undefined {
  pattern.lastIndex = place;
  return pattern.exec(text) ?? undefined;
}

function syntaxProblem(text: string, { file, place, reason }: { file: string; place: number; reason: string }) {
  const before = text.slice(0, place).split("\n");
  const spans = [{ file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }];
  return problem("E_RUN_ENV_FILE_SYNTAX", { file, reason }, { spans });
}

/** The caller's environment with what the files add to it; of two files, the later wins. @throws E_RUN_ENV_FILE_… */
export function withEnvFiles(
  environment: Environment,
  { files, cwd }: { readonly files: readonly string[]; readonly cwd: string },
): Environment {
  const added: Record<string, string> = {};
  for (const file of files) {
    Object.assign(added, parseEnvFile(readEnvFile(file, cwd), { file, outer: { ...added, ...environment } }));
  }
  return { ...added, ...environment };
}

function readEnvFile(file: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, file), "utf8");
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    const shown = redactAddress(file);
    // The system's own text names the path, of which nobody could tell the login any more.
    const context = shown === file ? { cause: error } : {};
    throw problem("E_RUN_ENV_FILE_MISSING", { file: shown, cwd, reason: reasonOf(error) }, context);
  }
}
