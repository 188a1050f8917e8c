/** Which capability of a policy an import of WASI 0.2 is about. */
import type { CapabilityKind } from "@vivarium/core/policy/policy";

const capabilities: readonly (readonly [start: string, kinds: readonly CapabilityKind[]])[] = [
  ["wasi:filesystem/", ["read", "write"]],
  ["wasi:sockets/tcp", ["connect", "listen"]],
  ["wasi:sockets/udp", ["connect", "listen"]],
  ["wasi:sockets/", ["connect"]],
  ["wasi:http/outgoing-handler@", ["connect"]],
  ["wasi:clocks/", ["time"]],
  ["wasi:random/", ["random"]],
  ["wasi:cli/environment@", ["env"]],
  ["wasi:logging/", ["log"]],
];

/** None for what is harmless, and for what no capability stands for. */
export const capabilitiesOf = (name: string): readonly CapabilityKind[] =>
  capabilities.find(([start]) => name.startsWith(start))?.[1] ?? [];
