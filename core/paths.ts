/**
 * Where things live: pure functions of platform and environment.
 * `VIVARIUM_HOME` moves all of them. Nothing here touches the disk.
 */
import { posix, win32 } from "node:path";
import { problemsOf } from "./diagnostic.ts";
import type { coreDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof coreDiagnostics>();

/** As Node names them. */
export type Platform = "linux" | "darwin" | "win32";
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Places {
  /** The content-addressed store: everything in it can be fetched or built again. */
  readonly cache: string;
  /** Runtimes and tools: things a user installed. */
  readonly data: string;
  readonly config: string;
}

/**
 * Empty variables count as unset (XDG Base Directory Specification); relative XDG paths are ignored, as it says.
 * @throws E_HOME_RELATIVE: below a relative VIVARIUM_HOME or home there would be another store in each directory;
 *   E_HOME_ENCODING
 */
export function placesOf(platform: Platform, environment: Environment, home: string): Places {
  const override = environment["VIVARIUM_HOME"];
  const path = platform === "win32" ? win32 : posix;
  if (override !== undefined && override !== "") {
    refuseUnusable(override, { variable: "VIVARIUM_HOME", path });
    return {
      cache: path.join(override, "cache"),
      data: path.join(override, "data"),
      config: path.join(override, "config"),
    };
  }
  if (platform === "win32") {
    const local = environment["LOCALAPPDATA"] || win32.join(home, "AppData", "Local");
    refuseUnusable(local, { variable: environment["LOCALAPPDATA"] ? "LOCALAPPDATA" : "HOME", path });
    const base = win32.join(local, "Vivarium");
    return { cache: win32.join(base, "Cache"), data: win32.join(base, "Data"), config: win32.join(base, "Config") };
  }
  if (platform === "darwin") {
    refuseUnusable(home, { variable: "HOME", path });
    const library = posix.join(home, "Library");
    const support = posix.join(library, "Application Support", "vivarium");
    return { cache: posix.join(library, "Caches", "vivarium"), data: support, config: posix.join(support, "config") };
  }
  const xdg = (name: string, fallback: string): string => {
    const value = environment[name];
    if (value?.startsWith("/")) refuseUnusable(value, { variable: name, path });
    if (value?.startsWith("/")) return posix.join(value, "vivarium");
    refuseUnusable(home, { variable: "HOME", path });
    return posix.join(home, fallback, "vivarium");
  };
  return {
    cache: xdg("XDG_CACHE_HOME", ".cache"),
    data: xdg("XDG_DATA_HOME", ".local/share"),
    config: xdg("XDG_CONFIG_HOME", ".config"),
  };
}

function refuseUnusable(value: string, named: { variable: string; path: Pick<typeof posix, "isAbsolute"> }): void {
  const { variable, path } = named;
  if (!path.isAbsolute(value)) throw problem("E_HOME_RELATIVE", { variable, value });
  // The runtime puts this character for bytes that are no UTF-8: the place so named is another one.
  if (value.includes("\uFFFD")) throw problem("E_HOME_ENCODING", { variable, value });
}
