/**
 * `[tool.uv.sources]`: where uv takes a dependency from instead of the index.
 *
 * A source that is not understood must stop the run. To pass it over would install whatever the index has under that
 * name: somebody else's code, where the author meant a directory beside the script. Names that the block does not depend
 * on have no effect in uv either.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import { normalizeName } from "../versions/name.ts";
import type { Requirement } from "../versions/requirement.ts";
import type { scriptDiagnostics } from "./diagnostics.ts";
import { type FieldPlace, spanOfKey, tableAt } from "./fields.ts";

const problem = problemsOf<typeof scriptDiagnostics>();

/** `tool` is the block's `tool` table. @throws E_SCRIPT_SOURCE for the first dependency with a source */
export function refuseSources(tool: FieldPlace, requirements: readonly Requirement[]): void {
  const uv = { ...tool, table: tableAt({ ...tool, path: "tool" }, "uv") ?? {}, path: "tool.uv" };
  const sources = { ...tool, table: tableAt(uv, "sources") ?? {}, path: "tool.uv.sources" };
  const declared = new Set(requirements.map(({ name }) => name));
  for (const [name, value] of Object.entries(sources.table)) {
    if (!declared.has(normalizeName(name))) continue;
    const params = { script: tool.script, name, kinds: kindsOf(value) };
    throw problem("E_SCRIPT_SOURCE", params, { spans: [spanOfKey(sources, name)] });
  }
}

const kinds = ["path", "url", "git", "index", "workspace"] as const;

/** What the source names; a list gives a source for each of several markers. */
function kindsOf(value: unknown): readonly string[] {
  const keys = new Set([value].flat().flatMap((source: unknown) => Object.keys(Object(source))));
  return kinds.filter((kind) => keys.has(kind));
}
