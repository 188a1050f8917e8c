/** Problems of requirements files. Malformed requirements in them keep their own code, with the place in the file. */
import { rule } from "@vivarium/core/diagnostic";

export const requirementsFileDiagnostics = {
  E_REQUIREMENTS_FILE_MISSING: rule<{ file: string; reason: string }>({
    exit: 66,
    summary: "A requirements or constraints file cannot be read.",
    message: (p) => `cannot read ${p.file}: ${p.reason}`,
  }),
  E_REQUIREMENTS_FILE_LOOP: rule<{ file: string }>({
    exit: 65,
    summary: "A requirements file includes itself, directly or through others.",
    message: (p) => `${p.file} includes itself`,
    hint: () => "remove one of the -r or -c lines of the circle",
  }),
  E_REQUIREMENTS_FILE_OPTION: rule<{ option: string; reason: string }>({
    exit: 65,
    summary: "A line of a requirements file has an option that is unknown or malformed.",
    message: (p) => `cannot use the option "${p.option}": ${p.reason}`,
  }),
  E_REQUIREMENTS_FILE_EDITABLE: rule<{ text: string }>({
    exit: 65,
    summary: "A requirements file asks for an editable install or a local project.",
    message: (p) => `cannot use "${p.text}": editable installs and local projects are not supported yet`,
    hint: () => "require a released version, or a wheel by its path or URL",
  }),
  E_REQUIREMENTS_FILE_SOURCE: rule<{ text: string }>({
    exit: 65,
    summary: "A requirements file asks for something that only a build could provide.",
    message: (p) => `cannot use "${p.text}": only wheels can be required by path or URL`,
    hint: () => 'give the path or URL of a .whl file, or a requirement such as "name==1.0"',
  }),
};
