/** Problems of requirements files. Malformed requirements in them keep their own code, with the place in the file. */
import { rule } from "@vivarium/core/diagnostic";

export const requirementsFileDiagnostics = {
  E_REQUIREMENTS_FILE_MISSING: rule<{ file: string; reason: string }>({
    exit: 66,
    summary: "A requirements or constraints file cannot be read.",
    message: (p) => `cannot read '${p.file}': ${p.reason}`,
  }),
  E_REQUIREMENTS_FILE_ENCODING: rule<{ file: string }>({
    exit: 65,
    summary: "A requirements or constraints file is not in UTF-8.",
    message: (p) => `cannot read '${p.file}': it is not UTF-8 text`,
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
