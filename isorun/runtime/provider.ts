/** Which system component serves an import of WASI 0.2, for messages: who wants the interface learns what to link. */

const providers: readonly (readonly [start: string, provider: string])[] = [
  ["wasi:clocks/wall-clock@", "WasiClocks"],
  ["wasi:clocks/monotonic-clock@", "WasiClocks"],
  ["wasi:random/", "WasiRandom"],
  ["wasi:cli/environment@", "WasiEnvironment"],
  ["wasi:cli/exit@", "WasiEnvironment"],
  ["wasi:cli/", "WasiStdio"],
  ["wasi:io/", "WasiStdio"],
  ["wasi:filesystem/", "WasiDir"],
  ["wasi:", "WasiDenied"],
];

/** Its name, or undefined for what is not of WASI 0.2. */
export function providerOf(name: string): string | undefined {
  if (!/@0\.2(?:\.|$)/.test(name)) return undefined;
  return providers.find(([start]) => name.startsWith(start))?.[1];
}
