/**
 * An interpreter that was never asked takes some thirty milliseconds to say what it is. Nothing was made for it yet, so
 * meanwhile the indexes are asked for the pages of the projects that are wished for.
 */
import type { IndexConfig } from "../index/index-config.ts";
import type { AccessScene, IndexAccess } from "../install/index-access.ts";
import type { Requirement } from "../versions/requirement.ts";

export interface EarlyWish {
  readonly config: IndexConfig;
  readonly requirements: readonly Requirement[];
}

export interface EarlyAccess {
  readonly begin: (wish: EarlyWish) => void;
  /** Undefined where nothing was begun. */
  readonly opened: () => Promise<IndexAccess> | undefined;
  /** Ends what nobody waits for any more. */
  readonly end: () => Promise<void>;
}

export function prepareEarlyAccess(scene: AccessScene): EarlyAccess {
  let access: Promise<IndexAccess> | undefined;
  return {
    begin(wish) {
      access ??= openFor(wish, scene);
      // Told to who waits for it.
      access.catch(() => undefined);
    },
    opened: () => access,
    async end() {
      if (access === undefined) return;
      const { client, stop } = await access;
      stop.abort(new Error("the command is over"));
      client.close();
    },
  };
}

async function openFor({ config, requirements }: EarlyWish, scene: AccessScene): Promise<IndexAccess> {
  const { openIndexAccess } = await import("../install/index-access.ts");
  const access = openIndexAccess(config, scene);
  // Whether a marker holds is the interpreter's to say.
  for (const { name, url, marker } of requirements) {
    if (url === undefined && marker === undefined) access.client.prefetch(name);
  }
  return access;
}
