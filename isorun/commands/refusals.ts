/** What a program was refused while it ran: told as events, and remembered for the end. */
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { denialEvent, denialOf } from "@vivarium/core/policy/allows";
import type { Denial as CapabilityDenial, Policy } from "@vivarium/core/policy/policy";
import type { Report } from "@vivarium/core/report";
import type { Denial } from "../wasi/denied.ts";
import type { DeniedDirOptions } from "../wasi/denied-dir.ts";
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
  /** The first that was refused where nothing is. */
  absent: Absent | undefined;
  readonly #cwd: string;

  constructor({ report, policy, cwd }: RefusalsOptions) {
    this.#report = report;
    this.#policy = policy;
    this.#cwd = cwd;
  }

  /** Of an interface that nothing was linked for. An empty answer is no denial: programs ask before they use. */
  readonly onDenial = (denial: Denial): void => {
    if (denial.answer === "nothing") return;
    if (denial.interface.startsWith("wasi:filesystem/")) return;
    const [capability] = capabilitiesOf(denial.interface);
    if (capability !== undefined) this.#tell({ capability, deniedBy: "caller" }, denial.interface);
  };

  /** Outside of all that was given: a directory is what a flag can name. */
  readonly onAsked: NonNullable<DeniedDirOptions["onAsked"]> = ({ capability, path, guestPath }) => {
    const { end, requested } = this.#meant(path, { guestPath, capability });
    this.#tellPath({ capability, end, requested });
  };

  /**
   * C libraries ask for `/x` and `x` below `/`, by the same words, where both `.` and `/` are shown: what is there is
   * meant, from the working directory first.
   */
  #meant(path: string, { guestPath, capability }: { guestPath: string; capability: FileCapability }): Meant {
    const own = { end: resolve(this.#cwd, path), requested: path };
    const fromRoot = { end: resolve("/", path), requested: path === "." ? "/" : `/${path}` };
    if (guestPath === "." || isThere(own.end, capability) || !isThere(fromRoot.end, capability)) return own;
    return fromRoot;
  }

  /** Where nothing is, no flag would help: that is told as an event, and is nobody's denial. Nor is the whole disk proposed. */
  #tellPath({ capability, end, requested }: Meant & { readonly capability: FileCapability }): void {
    const wanted = lookAt(end)?.isDirectory() === true ? end : dirname(end);
    const denied = denialOf(this.#policy, { capability, path: wanted });
    if (denied === undefined) return;
    const { flag, ...rest } = denied;
    if (!isThere(end, capability)) {
      this.#keepAbsent({ capability, path: requested });
      this.#emit({ ...rest, requested }, requested);
    } else this.#tell({ ...rest, requested, ...(flag === undefined || wanted === "/" ? {} : { flag }) }, requested);
  }

  /** What is given is a directory, so that is what a flag has to name. */
  readonly onWriteRefused = (hostPath: string): void => {
    const end = resolve(hostPath);
    const path = dirname(end);
    const denied = denialOf(this.#policy, { capability: "write", path });
    if (denied === undefined) return;
    if (isThere(end, "write")) {
      this.#tell(denied, path);
      return;
    }
    this.#keepAbsent({ capability: "write", path: end });
    this.#emit({ capability: "write", requested: end, deniedBy: denied.deniedBy }, path);
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

  /** Programs look for many things that they can do without, and write what they are for. */
  #keepAbsent(absent: Absent): void {
    if (this.absent === undefined || (this.absent.capability === "read" && absent.capability === "write")) {
      this.absent = absent;
    }
  }

  #tell(denied: CapabilityDenial, about: string): void {
    this.denied ??= denied;
    this.#emit(denied, about);
  }

  #emit(denied: CapabilityDenial, about: string): void {
    const key = `${denied.capability} ${denied.flag === undefined ? "" : "by a flag "}${about}`;
    if (this.#told.has(key) || this.#told.size >= toldMax) return;
    this.#told.add(key);
    this.#report.emit("capability.denied", denialEvent(denied));
  }
}

type FileCapability = "read" | "write";

interface Absent {
  readonly capability: FileCapability;
  readonly path: string;
}

interface Meant {
  /** On the host. */
  readonly end: string;
  /** As the program would name it. */
  readonly requested: string;
}

/** What a grant would lead to: something to read, or a directory to write in. */
const isThere = (path: string, capability: FileCapability): boolean =>
  lookAt(path) !== undefined || (capability === "write" && lookAt(dirname(path))?.isDirectory() === true);

function isAround(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way !== ".." && !way.startsWith("../") && !isAbsolute(way);
}
