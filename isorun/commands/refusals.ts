/** What a program was refused while it ran: told as events, and remembered for the end. */
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { denialEvent, denialOf } from "@vivarium/core/policy/allows";
import type { Denial as CapabilityDenial, Policy } from "@vivarium/core/policy/policy";
import type { Report } from "@vivarium/core/report";
import type { Denial } from "../wasi/denied.ts";
import type { PathOut } from "../wasi/dir.ts";
import { capabilitiesOf } from "./capability-of.ts";
import { lookAt } from "./look-at.ts";

export interface RefusalsOptions {
  readonly report: Report;
  readonly policy: Policy;
  /** Where relative names lead. */
  readonly cwd: string;
}

/** A guest that asks for ever is told of so often. */
const toldMax = 100;

export class Refusals {
  readonly #report: Report;
  readonly #policy: Policy;
  readonly #told = new Set<string>();
  /** The first. */
  denied: CapabilityDenial | undefined;
  readonly #cwd: string;

  constructor({ report, policy, cwd }: RefusalsOptions) {
    this.#report = report;
    this.#policy = policy;
    this.#cwd = cwd;
  }

  /** Of an interface that nothing was linked for. An empty answer is no denial: programs ask before they use. */
  readonly onDenial = (denial: Denial): void => {
    if (denial.answer === "nothing") return;
    if (denial.interface.startsWith("wasi:filesystem/")) {
      if (denial.file !== undefined) this.#tellFile(denial.file);
      return;
    }
    const [capability] = capabilitiesOf(denial.interface);
    if (capability !== undefined) this.#tell({ capability, deniedBy: "caller" }, denial.interface);
  };

  /** Nothing at all was given: what the program names is what it would need, and a directory is what a flag can name. */
  #tellFile({ path, writes }: { readonly path: string; readonly writes: boolean }): void {
    const end = this.#endOf(path);
    const wanted = lookAt(end)?.isDirectory() === true ? end : dirname(end);
    const denied = denialOf(this.#policy, { capability: writes ? "write" : "read", path: wanted });
    if (denied !== undefined) this.#tell({ ...denied, requested: path }, path);
  }

  /** C libraries take `/x` and `x` for the same if they were shown `/` and `.`: what is there is meant. */
  #endOf(path: string): string {
    const [named, other] = isAbsolute(path)
      ? [path, resolve(this.#cwd, `.${path}`)]
      : [resolve(this.#cwd, path), `/${path}`];
    return lookAt(named) === undefined && lookAt(other) !== undefined ? other : named;
  }

  /** What is given is a directory, so that is what a flag has to name. */
  readonly onWriteRefused = (hostPath: string): void => {
    const path = dirname(resolve(hostPath));
    const denied = denialOf(this.#policy, { capability: "write", path });
    if (denied !== undefined) this.#tell(denied, path);
  };

  /**
   * A path that leads out of what was given. The flag is named that makes this path lead where it should: that of a
   * directory around both ends. Others would give what is there, but not by this path. A guest that piles up `..` does
   * not get the whole disk recommended.
   */
  readonly onPathOut = ({ capability, guestPath, hostPath, directory, ...out }: PathOut): void => {
    const end = resolve(hostPath);
    const wanted = isAround(end, directory) ? end : dirname(end);
    const denied = denialOf(this.#policy, { capability, path: wanted });
    if (denied === undefined) return;
    const { flag, ...rest } = denied;
    const helps = flag !== undefined && !out.isAbsolute && wanted !== "/" && isAround(wanted, directory);
    const requested = guestPath.replace(/^\.\//, "");
    this.#tell({ ...rest, requested, ...(helps ? { flag } : {}) }, guestPath);
  };

  #tell(denied: CapabilityDenial, about: string): void {
    this.denied ??= denied;
    if (this.#told.has(about) || this.#told.size >= toldMax) return;
    this.#told.add(about);
    this.#report.emit("capability.denied", denialEvent(denied));
  }
}

function isAround(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way !== ".." && !way.startsWith("../") && !isAbsolute(way);
}
