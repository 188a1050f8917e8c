/** What a program was refused while it ran: told as events, and remembered for the end. */
import { dirname, resolve } from "node:path";
import { denialEvent, denialOf } from "@vivarium/core/policy/allows";
import type { Denial as CapabilityDenial, Policy } from "@vivarium/core/policy/policy";
import type { Report } from "@vivarium/core/report";
import type { Denial } from "../wasi/denied.ts";
import type { DeniedDirOptions } from "../wasi/denied-dir.ts";
import type { PathOut } from "../wasi/dir.ts";
import { AbsentPaths } from "./absent-paths.ts";
import { capabilitiesOf } from "./capability-of.ts";
import { type FileCapability, isAround, isThere, whatIsMeant } from "./meant-path.ts";

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
  /** What was refused where nothing is. */
  readonly absent = new AbsentPaths();
  /** The first that was refused for its way, though the place itself was given. */
  detour: Detour | undefined;
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

  /** Outside of all that was given. */
  readonly onAsked: NonNullable<DeniedDirOptions["onAsked"]> = (asked) => {
    const { end, requested, directory } = whatIsMeant(asked, this.#cwd);
    this.#tellPath({
      capability: asked.capability,
      end,
      requested,
      wanted: directory ?? end,
      helps: directory !== undefined,
    });
  };

  /** What is given is a directory, so that is what a flag has to name. */
  readonly onWriteRefused = (hostPath: string): void => {
    const end = resolve(hostPath);
    const wanted = dirname(end);
    const requested = isThere(end, "write") ? wanted : end;
    this.#tellPath({ capability: "write", end, requested, wanted, helps: wanted !== "/" });
  };

  /**
   * A path that leads out of what was given. The flag is named that makes this path lead where it should: that of a
   * directory around both ends. Others would give what is there, but not by this path. A guest that piles up `..` does
   * not get the whole disk recommended.
   */
  readonly onPathOut = ({ capability, guestPath, hostPath, directory, isAbsolute }: PathOut): void => {
    const end = resolve(hostPath);
    const wanted = isAround(end, directory) ? end : dirname(end);
    const helps = !isAbsolute && wanted !== "/" && isAround(wanted, directory);
    this.#tellPath({ capability, end, requested: guestPath.replace(/^\.\//, ""), wanted, helps });
  };

  /** Where no flag would help, because nothing is there or it was given, that is told as an event, and is nobody's denial. */
  #tellPath({ capability, end, requested, wanted, helps }: RefusedPath): void {
    const denied = denialOf(this.#policy, { capability, path: wanted });
    const { flag, deniedBy } = denied ?? { deniedBy: "caller" as const };
    const bare = { capability, requested, deniedBy };
    if (!isThere(end, capability)) this.absent.add({ capability, path: requested });
    else if (denied === undefined) this.detour ??= { capability, path: requested, given: end };
    else {
      this.#tell({ ...bare, ...(flag !== undefined && helps ? { flag } : {}) }, requested);
      return;
    }
    this.#emit(bare, requested);
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

interface RefusedPath {
  readonly capability: FileCapability;
  /** On the host. */
  readonly end: string;
  /** As it is told. */
  readonly requested: string;
  /** The directory that a flag could name. */
  readonly wanted: string;
  /** Whether such a flag would make this path lead where it should. */
  readonly helps: boolean;
}

interface Detour {
  readonly capability: FileCapability;
  /** As the program named it. */
  readonly path: string;
  /** As it was given. */
  readonly given: string;
}
