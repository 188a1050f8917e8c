/**
 * `bin/activate` and `bin/activate.fish`: what people type who are used to virtual environments. Sourced by a shell,
 * they put the environment's scripts first on PATH and define `deactivate`, which puts everything back. Both set
 * VIRTUAL_ENV and VIRTUAL_ENV_PROMPT, by which prompts and other tools know an environment.
 */
import { posix } from "node:path";
import { quoteForFish, quoteForShell } from "./quoting.ts";

export interface ActivationScript {
  /** The file's name beside the interpreter. */
  readonly name: string;
  readonly text: string;
}

export interface Activated {
  readonly prefix: string;
  /** The directory of its programs, below the prefix. */
  readonly scripts: string;
  /** What the prompt calls it. */
  readonly name: string;
}

/** The scripts for an environment. */
export function activationScripts({ prefix, scripts, name }: Activated): readonly ActivationScript[] {
  const programs = posix.join(prefix, scripts);
  return [
    { name: "activate", text: shellText({ prefix, programs, name }, quoteForShell) },
    { name: "activate.fish", text: fishText({ prefix, programs, name }, quoteForFish) },
  ];
}

interface Words {
  readonly prefix: string;
  readonly programs: string;
  readonly name: string;
}

type Quote = (text: string) => string;

/** POSIX shell, so that sh, bash, zsh, dash and ksh all take it. `+set` tells an empty variable from none. */
const shellText = ({ prefix, programs, name }: Words, quote: Quote): string => `# Source this file: . bin/activate
deactivate () {
    if [ -n "\${_VIVARIUM_PATH+set}" ]; then
        PATH="$_VIVARIUM_PATH"
        export PATH
        unset _VIVARIUM_PATH
    fi
    if [ -n "\${_VIVARIUM_PYTHONHOME+set}" ]; then
        PYTHONHOME="$_VIVARIUM_PYTHONHOME"
        export PYTHONHOME
        unset _VIVARIUM_PYTHONHOME
    fi
    if [ -n "\${_VIVARIUM_PS1+set}" ]; then
        PS1="$_VIVARIUM_PS1"
        unset _VIVARIUM_PS1
    fi
    unset VIRTUAL_ENV VIRTUAL_ENV_PROMPT
    if [ "\${1:-}" != before-activation ]; then
        unset -f deactivate
    fi
    hash -r 2> /dev/null || true
}

deactivate before-activation

VIRTUAL_ENV=${quote(prefix)}
VIRTUAL_ENV_PROMPT=${quote(name)}
export VIRTUAL_ENV VIRTUAL_ENV_PROMPT
_VIVARIUM_PATH="$PATH"
PATH=${quote(programs)}:"$PATH"
export PATH
if [ -n "\${PYTHONHOME+set}" ]; then
    _VIVARIUM_PYTHONHOME="$PYTHONHOME"
    unset PYTHONHOME
fi
if [ -z "\${VIRTUAL_ENV_DISABLE_PROMPT:-}" ]; then
    _VIVARIUM_PS1="\${PS1:-}"
    PS1="($VIRTUAL_ENV_PROMPT) \${PS1:-}"
fi
hash -r 2> /dev/null || true
`;

const fishText = (
  { prefix, programs, name }: Words,
  quote: Quote,
): string => `# Source this file: source bin/activate.fish
function deactivate
    if set -q _VIVARIUM_PATH
        set -gx PATH $_VIVARIUM_PATH
        set -e _VIVARIUM_PATH
    end
    if set -q _VIVARIUM_PYTHONHOME
        set -gx PYTHONHOME $_VIVARIUM_PYTHONHOME
        set -e _VIVARIUM_PYTHONHOME
    end
    if functions -q _vivarium_prompt
        functions -e fish_prompt
        functions -c _vivarium_prompt fish_prompt
        functions -e _vivarium_prompt
    end
    set -e VIRTUAL_ENV
    set -e VIRTUAL_ENV_PROMPT
    if test "$argv[1]" != before-activation
        functions -e deactivate
    end
end

deactivate before-activation

set -gx VIRTUAL_ENV ${quote(prefix)}
set -gx VIRTUAL_ENV_PROMPT ${quote(name)}
set -g _VIVARIUM_PATH $PATH
set -gx PATH ${quote(programs)} $PATH
if set -q PYTHONHOME
    set -g _VIVARIUM_PYTHONHOME $PYTHONHOME
    set -e PYTHONHOME
end
if test -z "$VIRTUAL_ENV_DISABLE_PROMPT"; and functions -q fish_prompt
    functions -c fish_prompt _vivarium_prompt
    function fish_prompt
        printf '(%s) ' $VIRTUAL_ENV_PROMPT
        _vivarium_prompt
    end
end
`;
