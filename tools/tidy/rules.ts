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
import { type StartPath, startPaths } from "./start-path.ts";

/** A rule answers with complaints, `path:line: what is wrong`; none means that the tree is tidy. */
type TidyRule = (tree: SourceTree) => readonly string[] | Promise<readonly string[]>;

/** Over 400 lines, with their length. May only shrink. */
const longFiles: Readonly<Record<string, number>> = {};

/** Over 45 lines, by `path:name`, with their length. May only shrink. */
const longFunctions: Readonly<Record<string, number>> = {};

/** A catalogue holds rules of unlike parameters, which only `any` can name: the parameter is contravariant. */
const allowedAny = ["core/diagnostic.ts"];

/** Budgets stand closely above what there is: whoever needs more says so here. */
const starts: readonly StartPath[] = [
  { entry: "vivarium/main.ts", allowed: ["core/version.ts"], bundleBytesMax: 700 },
  {
    entry: "pybun/run/fast-run.ts",
    allowed: [
      "bun:ffi",
      "core/c-library.ts",
      "core/execve.ts",
      "core/inherited-descriptors.ts",
      "core/trace.ts",
      "core/working-directory.ts",
      "pybun/run/child-variables.ts",
      "pybun/run/direct-calls.ts",
      "pybun/run/hash-variables.ts",
      "pybun/run/raw-words.ts",
      "pybun/run/warm-key.ts",
      "pybun/run/warm-record.ts",
      "pybun/script/block.ts",
    ],
    bundleBytesMax: 9_100,
  },
  {
    entry: "pybun/create/fast-create.ts",
    allowed: [
      "bun:ffi",
      "cli/heard-signals.ts",
      "core/assert.ts",
      "core/atomic-file.ts",
      "core/c-library.ts",
      "core/diagnostic.ts",
      "core/ignored-signals.ts",
      "core/paths.ts",
      "core/store.ts",
      "core/store/eviction.ts",
      "core/store/file-lock.ts",
      "core/store/io-problem.ts",
      "core/store/lease.ts",
      "core/store/leftover.ts",
      "core/store/own-folders.ts",
      "core/store/place-of-failure.ts",
      "core/store/process-identity.ts",
      "core/store/remove-at-exit.ts",
      "core/store/remove-tree.ts",
      "core/store/small-file.ts",
      "core/store/with-folder.ts",
      "core/system-reason.ts",
      "core/working-directory.ts",
      "node:fs",
      "node:path",
      "pybun/create/create-record.ts",
      "pybun/create/create-words.ts",
      "pybun/run/witness.ts",
      "pybun/env/entry-script.ts",
      "pybun/env/environment-record.ts",
      "pybun/env/exchange-paths.ts",
      "pybun/env/installed-record.ts",
      "pybun/env/place.ts",
      "pybun/env/placed-environment.ts",
      "pybun/env/prefix-write.ts",
      "pybun/env/quoting.ts",
      "pybun/run/hash-variables.ts",
    ],
    bundleBytesMax: 26_500,
  },
];

export const tidyRules: Readonly<Record<string, TidyRule>> = {
  "imports point one way": importDirection,
  "no cycles of imports": importCycles,
  "paths in documents exist": documentPaths,
  "diagnostic codes are unique, documented and tested": diagnosticCodes,
  "diagnostics speak with one voice": diagnosticVoice,
  "the reference is fresh": referenceFreshness,
  "start paths are small": (tree) => startPaths(tree, starts),
  "files are short": (tree) => fileSize(tree, longFiles),
  "functions are short": (tree) => functionLength(tree, longFunctions),
  "functions take few parameters": parameters,
  "no any, no silenced compiler, no machine paths": (tree) => forbiddenText(tree, allowedAny),
};
