/** CACHEDIR.TAG: backup and indexing tools skip a directory that has it (bford.info/cachedir). */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "@vivarium/core/atomic-file";
import type { Store } from "@vivarium/core/store";

const text = "Signature: 8a477f597d28d172789f06886806bc55\n# Everything in here can be fetched or built again.\n";

/**
 * Marks a store that is there and has no mark: the cache of interpreters can have made its directory first, before the
 * store had anything to put into it. @throws E_STORE_…
 */
export function markCache({ root }: Store): void {
  const path = join(root, "CACHEDIR.TAG");
  if (existsSync(root) && !existsSync(path)) writeFileAtomic(path, text);
}
