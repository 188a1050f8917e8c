/** wasi:filesystem: directories that a guest is shown and may not touch, so that what it names there is heard of. */

import { argumentError } from "../../core/argument-error.ts";
import { nameOf } from "../call/check-value.ts";
import type { Linker } from "../runtime/linker.ts";
import { requireOptions } from "../runtime/require-options.ts";
import { requireFunction } from "../runtime/required.ts";
import type { SystemComponent } from "../runtime/system-component.ts";
import { type Asked, Descriptor, type HeldFile, type Tree } from "./filesystem/descriptor.ts";
import { refuse } from "./filesystem/error-code.ts";
import { installPreopens } from "./filesystem/install.ts";
import { FileLedger } from "./filesystem/open-file.ts";
import { readOnly } from "./filesystem/rights.ts";
import { tellHost } from "./tell-host.ts";

/** What `new WasiDeniedDir` is told. */
export interface DeniedDirOptions {
  /**
   * Told of what is refused with `access`, for the right that a WasiDir would need to do it. What it throws is a trap, and
   * so is a promise, for which nothing waits.
   */
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
 *
 * Refused and told is each call that a WasiDir answers where it has the right to: also `stat`, `metadata-hash`, `sync` and
 * `sync-data` of the directory itself, for reading, and `set-times`, for writing. Nobody is told of the others, because no
 * right would help: what asks for nothing of the host's (`get-type`, `get-flags`, `is-same-object`) is answered; what no
 * directory does (`read`, `write`, `set-size`, `advise`, streams) is refused as every directory does, and so are paths
 * that lead to nothing anywhere (empty, with a NUL, too long) and flags that nothing opens with.
 */
export class WasiDeniedDir implements SystemComponent {
  readonly name = "WasiDeniedDir";
  readonly #guestPath: string;
  readonly #onAsked: NonNullable<DeniedDirOptions["onAsked"]>;

  /** @throws TypeError (`invalid-argument`) for what is no path, for an option that there is not, or that is no function */
  constructor(guestPath: string, options: DeniedDirOptions = {}) {
    if (typeof guestPath !== "string") {
      throw argumentError(`WasiDeniedDir must be given a path, found ${nameOf(guestPath)}`);
    }
    this.#guestPath = guestPath;
    const { onAsked = () => undefined } = requireOptions(options, "WasiDeniedDir", ["onAsked"]);
    requireFunction(onAsked, "'onAsked'");
    this.#onAsked = onAsked;
  }

  install(linker: Linker): void {
    const guestPath = this.#guestPath;
    const onAsked = (asked: Asked): void => {
      tellHost("onAsked", this.name, () => this.#onAsked({ ...asked, guestPath }));
    };
    const tree: Tree = { owner: this, ledger: new FileLedger(0), onAsked };
    const access = { read: true, write: false };
    const directory = { file: untouchable, isDirectory: true, device: 0n };
    const open = () => new Descriptor({ ...directory, tree, rights: readOnly, access });
    installPreopens(linker, [{ guestPath, open }]);
  }
}

/** Nothing comes so far: what needs a right was refused before. */
const untouchable: HeldFile = {
  get fd(): number {
    return refuse("access");
  },
  retain: () => refuse("access"),
  release: () => undefined,
};
