import { problemsOf } from "@vivarium/core/diagnostic";
import type { wheelDiagnostics } from "./diagnostics.ts";
import type { ZipEntry } from "./zip-entry.ts";

const problem = problemsOf<typeof wheelDiagnostics>();

/** The largest wheels on PyPI unpack to about 4 GB; the ratio of a thousand popular ones stays below 30. */
const bytesMax = 64 * 1024 ** 3;
const ratioMax = 200;
/** Below this, a high ratio does no harm: a package of generated tables may well have one. */
const harmlessBytes = 128 * 1024 ** 2;

/**
 * Refuses an archive that announces far more than its size justifies. What is announced is enforced while inflating,
 * and overlapping entries, the trick that breaks the limit of deflate's ratio, are refused by the layout check.
 */
export function checkBomb(
  entries: readonly ZipEntry[],
  { file, archiveBytes }: { file: string; archiveBytes: number },
): void {
  const bytes = entries.reduce((sum, entry) => sum + entry.size, 0);
  const ratio = bytes / Math.max(archiveBytes, 1);
  if (bytes > bytesMax) throw problem("E_WHEEL_BOMB", { file, detail: `it unpacks to ${bytes} bytes` });
  if (bytes > harmlessBytes && ratio > ratioMax) {
    throw problem("E_WHEEL_BOMB", { file, detail: `it unpacks to ${Math.round(ratio)} times its size` });
  }
}
