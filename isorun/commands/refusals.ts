/** What a program was refused while it ran: told as events, and remembered for the end. */
import { dirname, posix, resolve } from "node:path";
import type { EventFields } from "@vivarium/core/event";
import { denialEvent, denialOf } from "@vivarium/core/policy/allows";
import type { Denial as CapabilityDenial, Policy } from "@vivarium/core/policy/policy";
import type { Report } from "@vivarium/core/report";
import type { Denial } from "../wasi/denied.ts";
import type { DeniedDirOptions } from "../wasi/denied-dir.ts";
import type { KernelPath, PathOut } from "../wasi/dir.ts";
import type { LinkAcross } from "../wasi/filesystem/descriptor.ts";
import { kernelFileSystemAt } from "../wasi/filesystem/kernel-files.ts";
import { ByteNames } from "./byte-names.ts";
import { capabilitiesOf } from "./capability-of.ts";
import { Looks } from "./looks.ts";
import { directoryAround, type FileCapability, isAround, isThere, whatIsMeant } from "./meant-path.ts";
import { NamedSources, wayOf } from "./named-sources.ts";
import { PathsInVain } from "./paths-in-vain.ts";

export interface RefusalsOptions {
  readonly report: Report;
  readonly policy: Policy;
  /** Where relative names lead. */
  readonly cwd: string;
}

/** A guest that asks for ever is told of so often, of each kind: what no flag would mend takes no place of what one would. */
const toldMax = 100;

/** So many wait for a traceback to tell that they were look-ups of it. */
const waitingMax = 1000;

export class Refusals {
  readonly #report: Report;
  readonly #policy: Policy;
  readonly #told = new Set<string>();
  readonly #toldPassed = new Set<string>();
  readonly #toldUngranted = new Set<string>();
  readonly #cwd: string;
  /** Each once, in the order in which they came. */
  readonly #waiting = new Map<string, Refusal>();
  #denied: CapabilityDenial | undefined;
  #unnamed: CapabilityDenial | undefined;
  readonly #absent = new PathsInVain();
  readonly #kernels = new PathsInVain();
  readonly #byteNames = new ByteNames(toldMax);
  #detour: Detour | undefined;
  #link: RefusedLink | undefined;
  /** Is given what the program writes to its stderr. */
  readonly sources = new NamedSources();

  constructor({ report, policy, cwd }: RefusalsOptions) {
    this.#report = report;
    this.#policy = policy;
    this.#cwd = cwd;
  }

  /** The first that a policy could grant, else the first. What nobody is given is none: programs ask for it, and go on. */
  get denied(): CapabilityDenial | undefined {
    this.#settle();
    return this.#denied ?? this.#unnamed;
  }

  /** What was refused where nothing is. */
  get absent(): PathsInVain {
    this.#settle();
    return this.#absent;
  }

  /** What nobody is given. */
  get kernels(): PathsInVain {
    this.#settle();
    return this.#kernels;
  }

  /** The first that was refused for its way, though the place itself was given. */
  get detour(): Detour | undefined {
    this.#settle();
    return this.#detour;
  }

  /** The first hard link that no flag would have allowed. */
  get link(): RefusedLink | undefined {
    this.#settle();
    return this.#link;
  }

  /** Of an interface that nothing was linked for. An empty answer is no denial: programs ask before they use. */
  readonly onDenial = (denial: Denial): void => {
    if (denial.answer === "nothing") return;
    if (denial.interface.startsWith("wasi:filesystem/")) return;
    const [capability] = capabilitiesOf(denial.interface);
    if (capability === undefined) return;
    const denied = { capability, deniedBy: "caller" } as const;
    this.#remember({ key: `denied ${denial.interface}`, count: () => (this.#denied ??= denied) });
    this.#emit(denied, denial.interface);
  };

  /** Outside of all that was given. */
  readonly onAsked: NonNullable<DeniedDirOptions["onAsked"]> = (asked) => {
    const looks = new Looks();
    const { end, requested, directory } = whatIsMeant(asked, this.#cwd, looks);
    this.#tellPath({
      capability: asked.capability,
      named: asked.path,
      end,
      requested,
      wanted: directory ?? end,
      helps: directory !== undefined,
      looks,
    });
  };

  /** What is given is a directory, so that is what a flag has to name. */
  readonly onWriteRefused = (hostPath: string): void => {
    const looks = new Looks();
    const end = resolve(hostPath);
    const wanted = dirname(end);
    const requested = isThere(end, "write", looks) ? wanted : end;
    this.#tellPath({ capability: "write", named: end, end, requested, wanted, helps: wanted !== "/", looks });
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
    const requested = guestPath.replace(/^\.\//, "");
    this.#tellPath({ capability, named: guestPath, end, requested, wanted, helps, looks: new Looks() });
  };

  /**
   * A hard link from one directory that was given to another. That of a directory around both ends allows it where that one
   * would be given by the name that both ends begin with: a relative one, or its own.
   */
  readonly onLinkAcross = ({ from, to }: LinkAcross): void => {
    const [file, name] = [resolve(from.hostPath), resolve(to.hostPath)];
    const wanted = directoryAround(dirname(file), dirname(name));
    const isAlike = from.givenAs.startsWith("/") === to.givenAs.startsWith("/");
    const isGranted = denialOf(this.#policy, { capability: "write", path: wanted }) === undefined;
    if (isAlike && !isGranted && wanted !== "/") {
      const asked = { capability: "write", named: wanted, end: wanted, requested: wanted, wanted } as const;
      this.#tellPath({ ...asked, helps: true, looks: new Looks() });
      return;
    }
    this.#remember({ key: `link ${file} ${name}`, count: () => (this.#link ??= { file, name }) });
    this.#tellPassed({ capability: "write", requested: name, reason: "elsewhere" });
  };

  /** Whatever is there, and whether or not something is: nobody is given it. */
  readonly onKernelPath = ({ capability, hostPath, fileSystem }: KernelPath): void => {
    this.#tellKernels({ capability, requested: hostPath, named: hostPath }, fileSystem);
  };

  #tellKernels({ capability, requested, named }: AskedFor, fileSystem: string): void {
    const reason = `it is the kernel's own (${fileSystem}), which is given to nobody`;
    const denied = { capability, requested, deniedBy: "caller", reason } as const;
    const looked = capability === "read" ? { looked: wayOf(named) } : {};
    const count = (): void => this.#kernels.add({ capability, path: requested });
    this.#remember({ ...looked, key: `kernels ${capability} ${requested}`, count });
    this.#emit(denied, requested);
  }

  /** What is asked from a working directory whose name is no UTF-8. */
  #tellUnnamed({ capability, requested, named }: AskedFor): void {
    const reason = "its path holds bytes that are no UTF-8, by which nothing can be given";
    const denied = { capability, requested, deniedBy: "caller", reason } as const;
    const looked = capability === "read" ? { looked: wayOf(named) } : {};
    this.#remember({ ...looked, key: `unnamed ${capability} ${requested}`, count: () => (this.#unnamed ??= denied) });
    this.#emit(denied, requested);
  }

  #isUnnamed({ capability, end, looks }: Pick<RefusedPath, "capability" | "end" | "looks">): boolean | undefined {
    const isUnnamed = looks.isUnnamed(end, this.#byteNames);
    return isUnnamed === false && capability === "write" ? looks.isUnnamed(dirname(end), this.#byteNames) : isUnnamed;
  }

  /** Where no flag would help, because nothing is there or it was given, that is told as an event, and is nobody's denial. */
  #tellPath({ capability, named, end, requested, wanted, helps, looks }: RefusedPath): void {
    const fileSystem = looks.kernelFileSystemAround(end) ?? (looks.at(wanted) && kernelFileSystemAt(wanted));
    if (fileSystem !== undefined) {
      this.#tellKernels({ capability, requested, named }, fileSystem);
      return;
    }
    const isUnnamed = this.#isUnnamed({ capability, end, looks });
    // What is not known is not told.
    if (isUnnamed === undefined) return;
    if (isUnnamed) {
      this.#tellUnnamed({ capability, requested, named });
      return;
    }
    const missing = denialOf(this.#policy, { capability, path: wanted });
    const looked = capability === "read" ? { looked: wayOf(named) } : {};
    const about = `${capability} ${requested}`;
    if (!isThere(end, capability, looks)) {
      this.#remember({
        ...looked,
        key: `absent ${about}`,
        count: () => this.#absent.add({ capability, path: requested }),
      });
      this.#tellPassed({ capability, requested, reason: "absent" });
    } else if (missing === undefined) {
      const detour = { capability, path: requested, given: end };
      this.#remember({ ...looked, key: `detour ${about}`, count: () => (this.#detour ??= detour) });
      this.#tellPassed({ capability, requested, reason: "elsewhere" });
    } else {
      const { flag, deniedBy } = missing;
      const denied = { capability, requested, deniedBy, ...(flag !== undefined && helps ? { flag } : {}) };
      this.#remember({ ...looked, key: `denied ${about}`, count: () => (this.#denied ??= denied) });
      this.#emit(denied, requested);
    }
  }

  #remember(refusal: Refusal): void {
    if (this.#waiting.has(refusal.key)) return;
    this.#waiting.set(refusal.key, refusal);
    if (this.#waiting.size >= waitingMax) this.#settle();
  }

  /**
   * Look-ups of sources for a traceback count for nothing: the failure was there before them. Nor do those of the
   * directories that these are looked for in, which imports ask for, such as that of what writes the traceback.
   */
  #settle(): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    const isOfSource = ({ looked }: Refusal): boolean => looked !== undefined && this.sources.has(looked);
    const folders = new Set(waiting.filter(isOfSource).map(({ looked = "" }) => posix.dirname(looked)));
    folders.delete(".");
    for (const refusal of waiting) {
      const { looked = "." } = refusal;
      const isOfImport = folders.has(looked) && !this.sources.isFailure(looked);
      if (!isOfSource(refusal) && !isOfImport) refusal.count();
    }
  }

  #emit(denied: CapabilityDenial, about: string): void {
    const key = `${denied.capability} ${denied.flag === undefined ? "" : "by a flag "}${about}`;
    if (isNews(denied.reason === undefined ? this.#told : this.#toldUngranted, key))
      this.#report.emit("capability.denied", denialEvent(denied));
  }

  /** What withholds no right is no denial, and is told by an event of its own. */
  #tellPassed(refused: EventFields["path.refused"]): void {
    const { capability, requested, reason } = refused;
    const key = `${reason} ${capability} ${requested}`;
    if (isNews(this.#toldPassed, key)) this.#report.emit("path.refused", refused);
  }
}

function isNews(told: Set<string>, key: string): boolean {
  if (told.has(key) || told.size >= toldMax) return false;
  told.add(key);
  return true;
}

interface Refusal {
  readonly key: string;
  /** What was to be read, as `wayOf` makes it. */
  readonly looked?: string;
  /** Makes it count. */
  readonly count: () => void;
}

interface AskedFor {
  readonly capability: FileCapability;
  /** By the program. */
  readonly named: string;
  /** As it is told. */
  readonly requested: string;
}

interface RefusedPath extends AskedFor {
  /** On the host. */
  readonly end: string;
  /** The directory that a flag could name. */
  readonly wanted: string;
  /** Whether such a flag would make this path lead where it should. */
  readonly helps: boolean;
  readonly looks: Looks;
}

interface RefusedLink {
  readonly file: string;
  /** That it was to have too. */
  readonly name: string;
}

interface Detour {
  readonly capability: FileCapability;
  /** As the program named it. */
  readonly path: string;
  /** As it was given. */
  readonly given: string;
}
