/** The variables that decide what a command line comes to: part of each warm key. */

/** Values are hashed, never stored: some hold credentials. */
const relevant = /^(?:PATH|HOME|VIRTUAL_ENV|CONDA_PREFIX|NETRC|(?:PIP|UV|PYBUN|VIVARIUM|XDG|PYENV)_.*)$/;

/** Adds the variables that choose the interpreter, the environment or the packages. */
export function hashVariables(
  hasher: Bun.CryptoHasher,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  for (const name of Object.keys(environment).sort()) {
    if (relevant.test(name)) hasher.update(`\0${name}=${environment[name] ?? ""}`);
  }
}
