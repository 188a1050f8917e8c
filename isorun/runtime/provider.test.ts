import { expect, test } from "bun:test";
import { providerOf } from "./provider.ts";

const cases: readonly (readonly [string, string | undefined])[] = [
  ["wasi:clocks/wall-clock@0.2.0", "WasiClocks"],
  ["wasi:clocks/timezone@0.2.0", "WasiDenied"],
  ["wasi:random/insecure-seed@0.2.9", "WasiRandom"],
  ["wasi:cli/exit@0.2.0", "WasiEnvironment"],
  ["wasi:cli/terminal-stdin@0.2.0", "WasiStdio"],
  ["wasi:io/poll@0.2", "WasiStdio"],
  ["wasi:filesystem/types@0.2.0", "WasiDir"],
  ["wasi:sockets/tcp@0.2.0", "WasiDenied"],
  ["wasi:random/random@0.2.3+build", "WasiRandom"],
  ["wasi:random/random@0.2.0-rc1", undefined],
  ["wasi:random/random@0.2.0-rc-2023-11-10", undefined],
  ["wasi:random/random@0.2x", undefined],
  ["wasi:clocks/wall-clock@0.3.0", undefined],
  ["wasi:nope/nope@0.2.0", undefined],
  ["my:own/api@0.2.0", undefined],
  ["plain", undefined],
];

for (const [name, provider] of cases) {
  test(`'${name}' is provided by ${provider ?? "none"}`, () => expect(providerOf(name)).toBe(provider));
}
