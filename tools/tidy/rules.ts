/** All rules with the settings of this repository, by the name under which they complain. */
import { diagnosticCodes } from "./diagnostic-codes.ts";
import { diagnosticVoice } from "./diagnostic-voice.ts";
import { documentPaths } from "./document-paths.ts";
import { fileSize } from "./file-size.ts";
import { forbiddenText } from "./forbidden-text.ts";
import { functionLength } from "./function-length.ts";
import { importCycles } from "./import-cycles.ts";
import { importDirection } from "./import-direction.ts";
import { parameters } from "./parameters.ts";
import { referenceFreshness } from "./reference-freshness.ts";
import type { SourceTree } from "./source-tree.ts";
import { startPath } from "./start-path.ts";

/** A rule answers with complaints, `path:line: what is wrong`; none means that the tree is tidy. */
type TidyRule = (tree: SourceTree) => readonly string[] | Promise<readonly string[]>;

/** Over 400 lines, with their length. May only shrink. */
const longFiles: Readonly<Record<string, number>> = {};

/** Over 45 lines, by `path:name`, with their length. May only shrink. */
const longFunctions: Readonly<Record<string, number>> = {};

/** A catalogue holds rules of unlike parameters, which only `any` can name: the parameter is contravariant. */
const allowedAny = ["core/diagnostic.ts"];

const start = { entry: "vivarium/main.ts", allowed: ["core/version.ts"], bundleBytesMax: 1_000 };

export const tidyRules: Readonly<Record<string, TidyRule>> = {
  "imports point one way": importDirection,
  "no cycles of imports": importCycles,
  "paths in documents exist": documentPaths,
  "diagnostic codes are unique, documented and tested": diagnosticCodes,
  "diagnostics speak with one voice": diagnosticVoice,
  "the reference is fresh": referenceFreshness,
  "the start path is small": (tree) => startPath(tree, start),
  "files are short": (tree) => fileSize(tree, longFiles),
  "functions are short": (tree) => functionLength(tree, longFunctions),
  "functions take few parameters": parameters,
  "no any, no silenced compiler, no machine paths": (tree) => forbiddenText(tree, allowedAny),
};
