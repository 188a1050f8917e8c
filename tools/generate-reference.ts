/**
 * `sh tools/bun.sh tools/generate-reference.ts`: writes docs/reference/diagnostics.md from the catalogues, which are
 * all files named diagnostics.ts, and docs/reference/settings.md. tools/tidy checks that they are what this would write.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Catalogue } from "../core/diagnostic.ts";
import { settingsPage } from "./settings-page.ts";

/** The generated pages by path from the root, for the catalogues found below `root`. */
export async function referencePages(root: string): Promise<Readonly<Record<string, string>>> {
  const sections: string[] = [];
  for (const path of cataloguePaths(root)) {
    const exported: Record<string, unknown> = await import(join(root, path));
    const catalogues = Object.values(exported).filter(isCatalogue);
    const rows = catalogues.flatMap((catalogue) => Object.entries(catalogue)).map(formatRow);
    if (rows.length > 0)
      sections.push(`## ${dirname(path)}\n\n| code | exit | appears when |\n| --- | --- | --- |\n${rows.join("")}`);
  }
  return {
    "docs/reference/diagnostics.md": `${head}\n${sections.join("\n")}`,
    "docs/reference/settings.md": settingsPage(),
  };
}

const head = `# Diagnostics

Generated from the catalogues by \`tools/generate-reference.ts\`; do not edit. A code is stable: its meaning never
changes. \`E_\` codes end a command with the exit code beside them; \`W_\` codes are warnings and end nothing.
`;

function cataloguePaths(root: string): string[] {
  const found = [...new Bun.Glob("{core,cli,isorun,pybun,vivarium}/**/diagnostics.ts").scanSync({ cwd: root })];
  return found.filter((path) => !path.includes("node_modules/")).sort();
}

function isCatalogue(value: unknown): value is Catalogue {
  return (
    typeof value === "object" && value !== null && Object.keys(value).every((key) => /^[EWI]_[A-Z0-9_]+$/.test(key))
  );
}

function formatRow([code, { exit, summary }]: [string, Catalogue[string]]): string {
  return `| \`${code}\` | ${code.startsWith("E_") ? exit : ""} | ${summary.replaceAll("|", "\\|")} |\n`;
}

if (import.meta.main) {
  const root = join(import.meta.dir, "..");
  for (const [path, text] of Object.entries(await referencePages(root))) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(path);
  }
}
