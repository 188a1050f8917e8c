/** Which system component serves an import of WASI 0.2, for messages: who wants the interface learns what to link. */
import { isCompatible } from "./compatible-name.ts";

const denied = (name: string): readonly [string, string] => [`wasi:${name}@`, "WasiDenied"];

const providers: readonly (readonly [start: string, provider: string])[] = [
  ["wasi:clocks/wall-clock@", "WasiClocks"],
  ["wasi:clocks/monotonic-clock@", "WasiClocks"],
  ["wasi:random/", "WasiRandom"],
  ["wasi:cli/environment@", "WasiEnvironment"],
  ["wasi:cli/exit@", "WasiEnvironment"],
  ["wasi:cli/", "WasiStdio"],
  ["wasi:io/", "WasiStdio"],
  ["wasi:filesystem/", "WasiDir"],
  ...["clocks/timezone", "http/incoming-handler", "http/outgoing-handler", "http/types"].map(denied),
  ...["sockets/instance-network", "sockets/ip-name-lookup", "sockets/network"].map(denied),
  ...["sockets/tcp", "sockets/tcp-create-socket", "sockets/udp", "sockets/udp-create-socket"].map(denied),
];

/** Its name, or undefined for what is not of WASI 0.2; pre-releases of it are nothing that linking takes it for. */
export function providerOf(name: string): string | undefined {
  if (!isCompatible(name, `${name.split("@")[0]}@0.2.0`)) return undefined;
  return providers.find(([start]) => name.startsWith(start))?.[1];
}
