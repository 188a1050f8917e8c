/**
 * `==3.12` is 3.12.0 alone (PEP 440, "Version matching"), though it is seldom meant so: uv takes it for any 3.12 in
 * requests. Who finds no Python because of it is told what to write.
 */
import { tryParseSpecifiers } from "../versions/specifier.ts";

/** The advice on the first clause of a text that looks as if it meant all of a version; undefined without one. */
export function exactVersionAdvice(text: string): string | undefined {
  for (const specifier of tryParseSpecifiers(text) ?? []) {
    if (specifier.kind === "arbitrary" || specifier.operator !== "==" || specifier.prefix) continue;
    const { text: version, release } = specifier.version;
    if (release.length > 2 || version !== release.join(".")) continue;
    const patch = [...release, 0, 0].slice(0, 3).join(".");
    return `'==${version}' is Python ${patch} alone: write \`==${version}.*\` for any ${version}.`;
  }
  return undefined;
}
