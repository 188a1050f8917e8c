/** System components for WASI 0.2: what a host gives an instance, each only its own interfaces. */
export { WasiClocks } from "./clocks.ts";
export { WasiDenied } from "./denied.ts";
export { type DeniedDirOptions, WasiDeniedDir } from "./denied-dir.ts";
export { type DirOptions, type KernelPath, type PathOut, WasiDir } from "./dir.ts";
export { WasiEnvironment } from "./environment.ts";
export { WasiRandom } from "./random.ts";
export { WasiStdio } from "./stdio.ts";
