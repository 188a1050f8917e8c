/**
 * Which functions and resources WASI 0.2 has: what it does not have is nobody's to deny, and is a mistake that linking has
 * to tell. Interfaces that a system component serves are read from what it states; of others only the names are known.
 */
import { statedInterface } from "./interface-types.ts";

const words = (text: string): string[] => text.split(" ");

const accessors = (...names: readonly string[]): string[] => names.flatMap((name) => [name, `set-${name}`]);

const socketMethods = [
  ...words("start-bind finish-bind local-address remote-address address-family subscribe"),
  ...accessors("receive-buffer-size", "send-buffer-size"),
];

interface Names {
  readonly functions?: readonly string[];
  /** Methods by their resource. */
  readonly resources?: Readonly<Record<string, readonly string[]>>;
}

/** By `pkg/iface`. Static functions and constructors stand as they are imported. */
const others: Readonly<Record<string, Names>> = {
  "clocks/timezone": { functions: ["display", "utc-offset"] },
  "sockets/network": { functions: ["network-error-code"], resources: { network: [] } },
  "sockets/instance-network": { functions: ["instance-network"] },
  "sockets/ip-name-lookup": {
    functions: ["resolve-addresses"],
    resources: { "resolve-address-stream": ["resolve-next-address", "subscribe"] },
  },
  "sockets/tcp-create-socket": { functions: ["create-tcp-socket"] },
  "sockets/udp-create-socket": { functions: ["create-udp-socket"] },
  "sockets/tcp": {
    resources: {
      "tcp-socket": [
        ...socketMethods,
        ...words("start-connect finish-connect start-listen finish-listen accept shutdown is-listening"),
        "set-listen-backlog-size",
        ...accessors("keep-alive-enabled", "keep-alive-idle-time", "keep-alive-interval", "keep-alive-count"),
        ...accessors("hop-limit"),
      ],
    },
  },
  "sockets/udp": {
    resources: {
      "udp-socket": [...socketMethods, "stream", ...accessors("unicast-hop-limit")],
      "incoming-datagram-stream": ["receive", "subscribe"],
      "outgoing-datagram-stream": ["check-send", "send", "subscribe"],
    },
  },
  "http/outgoing-handler": { functions: ["handle"] },
  "http/incoming-handler": { functions: ["handle"] },
  "http/types": {
    functions: [
      "http-error-code",
      ...["fields", "outgoing-request", "request-options", "outgoing-response"].map((name) => `[constructor]${name}`),
      ...["fields.from-list", "response-outparam.set", "incoming-body.finish", "outgoing-body.finish"].map(
        (name) => `[static]${name}`,
      ),
    ],
    resources: {
      fields: ["get", "has", "set", "delete", "append", "entries", "clone"],
      "incoming-request": ["method", "path-with-query", "scheme", "authority", "headers", "consume"],
      "outgoing-request": ["body", "headers", ...accessors("method", "path-with-query", "scheme", "authority")],
      "request-options": accessors("connect-timeout", "first-byte-timeout", "between-bytes-timeout"),
      "response-outparam": ["send-informational"],
      "incoming-response": ["status", "headers", "consume"],
      "incoming-body": ["stream"],
      "future-trailers": ["subscribe", "get"],
      "outgoing-response": ["headers", "body", ...accessors("status-code")],
      "outgoing-body": ["write"],
      "future-incoming-response": ["subscribe", "get"],
    },
  },
};

const namesIn = ({ functions = [], resources = {} }: Names): ReadonlySet<string> =>
  new Set([
    ...functions,
    ...Object.keys(resources),
    ...Object.entries(resources).flatMap(([resource, methods]) => methods.map((name) => `[method]${resource}.${name}`)),
  ]);

const read = new Map<string, ReadonlySet<string>>();

/** @param name of the interface, in whatever version @param item as it is imported: `[method]tcp-socket.accept` */
export function isOfWasi02(name: string, item: string): boolean {
  const path = /^wasi:([^@]+)/.exec(name)?.[1] ?? "";
  if (statedInterface(path)?.exports.has(item) === true) return true;
  const names = Object.hasOwn(others, path) ? others[path] : undefined;
  if (names === undefined) return false;
  const known = read.get(path) ?? namesIn(names);
  read.set(path, known);
  return known.has(item);
}
