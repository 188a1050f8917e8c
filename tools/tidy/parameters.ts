/**
 * At most three positional parameters: at the call, a fourth one is a value whose meaning nobody sees. CONTRIBUTING asks
 * for two and then an options object; the third is left to the judgement of readers, because `(text, from, to)` is
 * clear. Tests are left out: the rows of a `test.each` come as parameters.
 */
import { functionsOf } from "./functions.ts";
import { isTestSource, type SourceTree } from "./source-tree.ts";

const parametersMax = 3;

export function parameters(tree: SourceTree): string[] {
  return [...tree.files.values()]
    .filter(({ path }) => path.endsWith(".ts") && !isTestSource(path))
    .flatMap((file) =>
      functionsOf(file)
        .filter(({ parameterCount, isReplacer }) => parameterCount > parametersMax && !isReplacer)
        .map(({ name, line, parameterCount }) => {
          const many = `'${name}' has ${parameterCount} positional parameters, over ${parametersMax}`;
          return `${file.path}:${line}: ${many}: take an options object`;
        }),
    );
}
