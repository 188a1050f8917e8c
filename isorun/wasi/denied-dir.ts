/** wasi:filesystem: directories that a guest is shown and may not touch, so that what it names there is heard of. */

import type { Linker } from "../runtime/linker.ts";
import { requireOptions } from "../runtime/require-options.ts";
import type { SystemComponent } from "../runtime/system-component.ts";
import { type Asked, Descriptor, type HeldFile, type Tree } from "./filesystem/descriptor.ts";
import { refuse } from "./filesystem/error-code.ts";
import { installPreopens } from "./filesystem/install.ts";
import { FileLedger } from "./filesystem/open-file.ts";
import { readOnly } from "./filesystem/rights.ts";

export interface DeniedDirOptions {
  /** Told of all that is asked in it, before it is refused. */
  readonly onAsked?: (asked: Asked & { readonly guestPath: string }) => void;
}

/**
 * ```ts
 * const asked: string[] = [];
 * const shown = new WasiDeniedDir(".", { onAsked: ({ capability, path }) => void asked.push(`${capability} ${path}`) });
 * const instance = await runtime.instance(await runtime.load(capitals)).linkSystem(shown).instantiate();
 * await instance.call("run").catch(() => undefined);
 * asked[0]; // → "read input.txt"
 * ```
 *
 * A directory by the name of `guestPath` in which everything is refused with `access`. Without one, a program that names
 * a file outside of its directories gives up by itself, and nobody hears which file it was. It stands for no directory
 * of the host, and works everywhere. `get-directories` lists it in the order in which it was linked: link it behind
 * every WasiDir, because some programs look at the first only.
 */
export class WasiDeniedDir implements SystemComponent {
  readonly name = "WasiDeniedDir";
  readonly #guestPath: string;
  readonly #options: DeniedDirOptions;

  /** @throws TypeError (`invalid-argument`) for an option that there is not */
  constructor(guestPath: string, options: DeniedDirOptions = {}) {
    this.#guestPath = guestPath;
    this.#options = requireOptions(options, "WasiDeniedDir", ["onAsked"]);
  }

  install(linker: Linker): void {
    const guestPath = this.#guestPath;
    const onAsked = (asked: Asked): void => this.#options.onAsked?.({ ...asked, guestPath });
    const tree: Tree = { owner: this, ledger: new FileLedger(0), onAsked };
    const access = { read: true, write: false };
    const open = () => new Descriptor({ file: untouchable, isDirectory: true, tree, rights: readOnly, access });
    installPreopens(linker, [{ guestPath, open }]);
  }
}

const untouchable: HeldFile = {
  get fd(): number {
    return refuse("access");
  },
  retain: () => refuse("access"),
  release: () => undefined,
};
