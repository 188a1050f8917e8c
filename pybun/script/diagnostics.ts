import { rule } from "@vivarium/core/diagnostic";
import { exitCode } from "@vivarium/core/exit-code";

interface InScript {
  /** The path as it was given; `<stdin>` for a script from standard input. */
  readonly script: string;
}

const exit = exitCode.dataError;

/** Codes of PEP 723 metadata. */
export const scriptDiagnostics = {
  E_SCRIPT_BLOCK_DUPLICATE: rule<InScript & { first: number }>({
    exit,
    summary: "A script has two `# /// script` blocks (PEP 723 allows one).",
    message: (p) => `'${p.script}' has a second \`script\` block; the first one is on line ${p.first}`,
    hint: () => "Merge the two blocks into one.",
  }),
  E_SCRIPT_TOML: rule<InScript & { reason: string }>({
    exit,
    summary: "The metadata block of a script is not valid TOML.",
    message: (p) => `the metadata block of '${p.script}' is not valid TOML: ${p.reason}`,
    hint: () => "Between `# /// script` and `# ///`, each line is `#`, a space, and a line of TOML.",
  }),
  E_SCRIPT_ENCODING: rule<InScript>({
    exit,
    summary: "The metadata block of a script holds bytes that are not UTF-8, as TOML requires.",
    message: (p) => `the metadata block of '${p.script}' is not UTF-8`,
    hint: () => "Save the script as UTF-8.",
  }),
  E_SCRIPT_FIELD: rule<InScript & { field: string; expected: string }>({
    exit,
    summary: "A field of the metadata block has another type, or a value, that is not allowed there.",
    message: (p) => `'${p.field}' in the metadata block of '${p.script}' must be ${p.expected}`,
  }),
  E_SCRIPT_REQUIREMENT: rule<InScript & { text: string; reason: string }>({
    exit,
    summary: "A requirement or constraint in the metadata block is malformed (PEP 508).",
    message: (p) => `'${p.text}' in the metadata block of '${p.script}' is not a requirement: ${p.reason}`,
    hint: () => "A requirement looks like `name[extra] >=1.2, <2; python_version < '3.13'`.",
  }),
  E_SCRIPT_REQUIRES_PYTHON: rule<InScript & { text: string }>({
    exit,
    summary: "The requires-python of the metadata block is not a list of version specifiers (PEP 440).",
    message: (p) => `requires-python '${p.text}' in the metadata block of '${p.script}' is not a version specifier`,
    hint: () => "It looks like `>=3.10` or `>=3.10, <3.14`.",
  }),
  E_SCRIPT_POLICY: rule<InScript & { field: string }>({
    exit: exitCode.config,
    summary: "The metadata block asks for a policy, which this version of PyBun cannot enforce.",
    message: (p) => `'${p.script}' asks for a policy (${p.field}), and this version cannot enforce one`,
    hint: () => "Run it where the policy can be enforced, or take the table out to let the script do all that you may.",
  }),
  E_SCRIPT_SOURCE: rule<InScript & { name: string; kinds: readonly string[] }>({
    exit: exitCode.config,
    summary: "The block gives a dependency a source in `[tool.uv.sources]`, which PyBun does not read.",
    message: (p) => {
      const source = p.kinds.length === 0 ? "a source" : `a source (${p.kinds.join(", ")})`;
      return `'${p.script}' gives '${p.name}' ${source} in [tool.uv.sources], which is not supported, and the index may have another project of that name`;
    },
    hint: (p) =>
      p.kinds.includes("index")
        ? "Name the index with `default-index` in [tool.pybun], and take the source out."
        : `Build a wheel, write \`${p.name} @ URL\` with its https: or file: address in dependencies, and take the source out.`,
  }),
  W_SCRIPT_BLOCK_EMPTY: rule<InScript>({
    exit: exitCode.success,
    summary: "A `# /// script` line is followed by its closing `# ///`; PEP 723 counts a block without a line as none.",
    message: (p) => `the metadata block of '${p.script}' has no line, and is ignored`,
    hint: () => "Write `# dependencies = []` between the two lines, or take them out.",
  }),
  W_SCRIPT_BLOCK_UNCLOSED: rule<InScript>({
    exit: exitCode.success,
    summary: "A `# /// script` line has no closing `# ///`; PEP 723 says that such a block is ignored.",
    message: (p) => `the metadata block of '${p.script}' is never closed, and is ignored`,
    hint: () => "End it with a line `# ///`; every line before it starts with `# ` or is `#`.",
  }),
  W_SCRIPT_SETTING_UNKNOWN: rule<InScript & { field: string }>({
    exit: exitCode.success,
    summary: "A setting in the metadata block is not one that PyBun knows.",
    message: (p) => `'${p.field}' in the metadata block of '${p.script}' is unknown, and has no effect`,
  }),
};
