/**
 * A planted bug: a text in a module of the engine, and what stands in its place in the process that plants it. The files
 * themselves are never touched.
 */
import { join } from "node:path";

export interface PlantedText {
  /** In the folder isorun. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Modules that are imported from now on have the bug. @throws Error, from that import, where `from` is not there exactly once */
export function plantText({ file, from, to }: PlantedText): void {
  const path = join(import.meta.dir, "../../isorun", file);
  Bun.plugin({
    name: "canary",
    setup: (build) => {
      build.onLoad({ filter: new RegExp(`${RegExp.escape(path)}$`) }, async () => {
        const source = await Bun.file(path).text();
        const parts = source.split(from);
        if (parts.length !== 2) throw new Error(`${file} has the text of the canary ${parts.length - 1} times`);
        return { contents: parts.join(to), loader: "ts" };
      });
    },
  });
}
