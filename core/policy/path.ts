/**
 * Paths of grants and requests: absolute, normalised by their words alone. Symbolic links are the engine's business, and
 * so is what a file system makes of case beyond ASCII: two names that differ here are never taken for one.
 */
import { type Fault, fault } from "../fault.ts";
import type { Platform } from "../paths.ts";

/** How paths of a policy are written, and where relative ones begin. */
export interface PathBase {
  /** Absolute; what relative paths are relative to. */
  readonly base: string;
  readonly platform: Platform;
}

export function resolvePath(text: string, { base, platform }: PathBase): string | Fault {
  if (text === "") return fault("is empty", 0, 1);
  const nul = text.indexOf("\0");
  if (nul >= 0) return fault("holds a NUL character", nul, nul + 1);
  return platform === "win32" ? resolveWindows(text, base) : resolvePosix(text, base);
}

function resolvePosix(text: string, base: string): string {
  const whole = text.startsWith("/") ? text : `${base}/${text}`;
  return `/${normalSegments(whole.split("/")).join("/")}`;
}

/** `..` at the root stays there, as the kernel has it. */
function normalSegments(segments: readonly string[]): string[] {
  const kept: string[] = [];
  for (const segment of segments) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  return kept;
}

/** `C:` or `\\server\share`, and the rest behind it. */
interface Rooted {
  readonly root: string;
  readonly rest: string;
}

function resolveWindows(text: string, base: string): string | Fault {
  const path = text.replaceAll("/", "\\");
  const refused = windowsFault(path);
  if (refused !== undefined) return refused;
  const own = windowsRoot(path);
  const { root, rest } = own ?? belowBase(path, base);
  const segments = normalSegments(rest.split("\\"));
  return segments.length === 0 && root.endsWith(":") ? `${root}\\` : [root, ...segments].join("\\");
}

function windowsFault(path: string): Fault | undefined {
  if (/^\\\\[?.](?:\\|$)/.test(path)) return fault("names a device, not a file", 0, Math.min(4, path.length));
  if (path.startsWith("\\\\") && windowsRoot(path) === undefined)
    return fault("begins like a share, but names none", 0, path.length);
  if (/^[a-z]:(?!\\)/i.test(path)) return fault("is relative to the current directory of its drive", 0, 2);
  // Windows strips dots and blanks at the end of names: nobody knows what is left of a name of nothing else.
  const dots = /(?:^|\\)(?!\.{1,2}(?:\\|$))([. ]+)(?=\\|$)/.exec(path);
  if (dots?.[1] === undefined) return undefined;
  const start = dots.index + dots[0].length - dots[1].length;
  return fault("has a part of dots and blanks only", start, start + dots[1].length);
}

function windowsRoot(path: string): Rooted | undefined {
  const [, drive, behindDrive = ""] = /^([a-z]):\\(.*)$/is.exec(path) ?? [];
  if (drive !== undefined) return { root: `${drive.toUpperCase()}:`, rest: behindDrive };
  const [, server, share, rest = ""] = /^\\\\([^\\. ][^\\]*)\\([^\\. ][^\\]*)(?:\\(.*))?$/s.exec(path) ?? [];
  return server === undefined || share === undefined ? undefined : { root: `\\\\${server}\\${share}`, rest };
}

function belowBase(path: string, base: string): Rooted {
  const { root, rest } = windowsRoot(base.replaceAll("/", "\\")) ?? { root: "C:", rest: "" };
  return { root, rest: path.startsWith("\\") ? path : `${rest}\\${path}` };
}

export const isAbsolutePath = (text: string, platform: Platform): boolean =>
  platform === "win32" ? windowsRoot(text.replaceAll("/", "\\")) !== undefined : text.startsWith("/");

/** The folders that a canonical path is in, the nearest first. */
export function foldersAbove(path: string, platform: Platform): string[] {
  const separator = platform === "win32" ? "\\" : "/";
  const rootLength = platform === "win32" ? windowsRootLength(path) : 1;
  const above: string[] = [];
  for (let at = path.lastIndexOf(separator); at > rootLength; at = path.lastIndexOf(separator, at - 1)) {
    above.push(path.slice(0, at));
  }
  const root = path.slice(0, rootLength);
  return root === path ? above : [...above, root];
}

/** `C:\` has its separator, `\\server\share` has none. */
const windowsRootLength = (path: string): number =>
  path.startsWith("\\\\") ? (/^\\\\[^\\]+\\[^\\]+/.exec(path)?.[0].length ?? 0) : 3;
