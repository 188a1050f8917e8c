/**
 * A directory as an index (`file:` URL). Two shapes are understood: the tree of a PEP 503 mirror
 * (`<root>/<project>/index.html`, or `<root>/<project>/` with the files), and a flat directory of files.
 */
import { join } from "node:path";
import { normalizeName } from "../versions/name.ts";
import { filesIn, namesIn } from "./directory-files.ts";
import { pageOfFiles } from "./file-list.ts";
import type { IndexLocation } from "./index-config.ts";
import type { ProjectPage } from "./index-file.ts";
import { localBytes } from "./local-file.ts";
import { linksOfPage } from "./loose-links.ts";
import { latin1Of } from "./page-answer.ts";
import { type Absent, absent, type PageSource } from "./page-source.ts";

/** Local, hence always at hand: nothing is kept in the cache. */
export function directorySource(index: IndexLocation): PageSource {
  const root = Bun.fileURLToPath(`${index.url}/`);
  const read = (name: string): ProjectPage | Absent => readProject(root, name, index.url) ?? absent;
  return {
    shown: index.url,
    cached: read,
    proof: () => undefined,
    believes: () => false,
    fetch: (name) => Promise.resolve(read(name)),
    knownNames: () => namesIn(root).map((name) => normalizeName(name)),
  };
}

function readProject(root: string, name: string, shown: string): ProjectPage | undefined {
  const spelled = namesIn(root).find((entry) => normalizeName(entry) === name);
  if (spelled === undefined) return pageOfFiles(name, shown, filesIn(root));
  const directory = join(root, spelled);
  const entries = namesIn(directory);
  if (!entries.includes("index.html")) return pageOfFiles(name, shown, filesIn(directory));
  const html = latin1Of(localBytes(join(directory, "index.html")));
  return pageOfFiles(name, shown, linksOfPage(html, { url: Bun.pathToFileURL(`${directory}/`).href }));
}
