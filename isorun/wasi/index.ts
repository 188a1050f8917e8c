/** System components for WASI 0.2: what a host gives an instance, each only its own interfaces. */
export { type ClocksOptions, type MonotonicClock, type WallClock, WasiClocks } from "./clocks.ts";
export { type Denial, type DeniedOptions, WasiDenied } from "./denied.ts";
export { type DeniedDirOptions, WasiDeniedDir } from "./denied-dir.ts";
export { type DirOptions, type KernelPath, type PathOut, WasiDir } from "./dir.ts";
export { type EnvironmentOptions, WasiEnvironment } from "./environment.ts";
export type { Asked, LinkAcross, LinkEnd } from "./filesystem/descriptor.ts";
export type { InputSource } from "./input.ts";
export type { OutputTarget } from "./output.ts";
export { type RandomOptions, WasiRandom } from "./random.ts";
export { type StdioOptions, WasiStdio } from "./stdio.ts";
export type { InputStream, OutputStream } from "./streams.ts";
export type { Later, Pollable } from "./wait.ts";
