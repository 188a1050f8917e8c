/** Problems of requirements files. Malformed requirements in them keep their own code, with the place in the file. */
import { rule } from "@vivarium/core/diagnostic";

function encodingFault({ coding, isKnown }: { coding: string | undefined; isKnown: boolean }): string {
  if (coding === undefined) return "it is not UTF-8 text";
  return isKnown ? `it is no text in '${coding}', as its first lines say` : `its coding '${coding}' is unknown`;
}

export const requirementsFileDiagnostics = {
  E_REQUIREMENTS_FILE_MISSING: rule<{ file: string; reason: string }>({
    exit: 66,
    summary: "A requirements or constraints file cannot be read.",
    message: (p) => `cannot read '${p.file}': ${p.reason}`,
  }),
  E_REQUIREMENTS_FILE_REMOTE: rule<{ file: string; reason: "gone" | "page" }>({
    exit: 69,
    summary: "A requirements or constraints file is not at its URL: nothing is there, or a web page.",
    message: (p) =>
      `cannot read '${p.file}': ${p.reason === "gone" ? "nothing is at that address" : "a web page is at that address"}`,
    hint: (p) =>
      p.reason === "gone" ? "Check the address." : "Give the address of the text itself: often it is a link 'Raw'.",
  }),
  E_REQUIREMENTS_FILE_PROJECT: rule<{ file: string }>({
    exit: 65,
    summary: "A file that is given as one of requirements belongs to a project and has another form.",
    message: (p) =>
      `cannot read '${p.file}' as a file of requirements: it belongs to a project, which is not supported yet`,
    hint: () => "Name the project's dependencies on the command line, or one a line in a file of requirements.",
  }),
  E_REQUIREMENTS_FILE_ENCODING: rule<{ file: string; coding: string | undefined; isKnown: boolean }>({
    exit: 65,
    summary:
      "A requirements or constraints file is not in UTF-8, nor in the coding that its first lines name (PEP 263).",
    message: (p) => `cannot read '${p.file}': ${encodingFault(p)}`,
    hint: () => "Save the file as UTF-8.",
  }),
  E_REQUIREMENTS_FILE_LOOP: rule<{ file: string }>({
    exit: 65,
    summary: "A requirements file includes itself, directly or through others.",
    message: (p) => `'${p.file}' includes itself`,
    hint: () => "Remove one of the `-r` or `-c` lines of the circle.",
  }),
  E_REQUIREMENTS_FILE_OPTION: rule<{ option: string; reason: string }>({
    exit: 65,
    summary: "A line of a requirements file has an option that is unknown or malformed.",
    message: (p) => `cannot use the option '${p.option}': ${p.reason}`,
  }),
  E_REQUIREMENTS_FILE_EDITABLE: rule<{ text: string }>({
    exit: 65,
    summary: "A requirements file asks for an editable install.",
    message: (p) => `cannot use '${p.text}': editable installs are not supported yet`,
    hint: () => "Require a released version, or a wheel by its path or URL.",
  }),
  E_REQUIREMENTS_FILE_UNHASHED: rule<{ name: string; source: string }>({
    exit: 65,
    summary: "A setting, or a line --require-hashes of a file, asks for a hash of every package, and one has none.",
    message: (p) => `${p.source} asks for hashes, and no requirement gives one for '${p.name}'`,
    hint: () => "Pin all packages with their hashes in one file: `pybun resolve --hashes` prints such pins.",
  }),
  E_REQUIREMENT_PROJECT: rule<{ text: string }>({
    exit: 65,
    summary: "A requirement is the path of a local project, which would have to be built.",
    message: (p) => `cannot use '${p.text}': local projects are not supported yet`,
    hint: () => "Require a released version, or a wheel by its path or URL.",
  }),
  E_REQUIREMENT_SOURCE: rule<{ text: string }>({
    exit: 65,
    summary: "A requirement is the path or URL of something that only a build could make a wheel of.",
    message: (p) => `cannot use '${p.text}': only wheels can be required by path or URL`,
    hint: () => "Give the path or URL of a .whl file, or a requirement such as 'name==1.0'.",
  }),
};
