/**
 * A small HTTP/1.1 server on 127.0.0.1 that can also answer wrongly: other lengths than it announces, half answers, endless ones,
 * silence. Real servers never let one do that, hence this one.
 */
import { type AddressInfo, createServer as createPlainServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { certificate, privateKey } from "./certificate.ts";

export interface FixtureRequest {
  readonly method: string;
  /** Path and query, as sent. A proxy's client sends a whole URL. */
  readonly target: string;
  /** Names lower-case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Announced instead of the body's true length; "none" closes the connection at the end instead. */
  readonly contentLength?: number | "none";
  /** The connection breaks after so many bytes of the body. */
  readonly cutAfterBytes?: number;
  /** The connection breaks no sooner: a client hears of a break at once, and then never sees what came before it. */
  readonly cutWhen?: Promise<void>;
  /** Silence after so many bytes of the body; the connection stays open. */
  readonly stallAfterBytes?: number;
  /** The body again and again, until the client goes away. */
  readonly endless?: true;
}

/** "hang" never answers; "drop" closes the connection without an answer. */
export type Outcome = Reply | "hang" | "drop";

export interface HttpServer {
  /** `http://127.0.0.1:<port>`, or https. */
  readonly origin: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

export type Handler = (request: FixtureRequest) => Outcome | Promise<Outcome>;

/** `upgrade` takes over the connection of a CONNECT request. */
export async function startHttpServer(
  handle: Handler,
  options: { tls?: boolean; upgrade?: (request: FixtureRequest, socket: Socket) => void } = {},
): Promise<HttpServer> {
  const sockets = new Set<Socket>();
  const serve = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // A client that goes away in the middle is what many tests are about.
    socket.on("error", () => socket.destroy());
    serveConnection(socket, handle, options.upgrade);
  };
  const server: Server =
    options.tls === true ? createTlsServer({ cert: certificate, key: privateKey }, serve) : createPlainServer(serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on a TCP port has an address of this form.
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${options.tls === true ? "https" : "http"}://127.0.0.1:${port}`,
    port,
    stop() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function serveConnection(
  socket: Socket,
  handle: Handler,
  upgrade?: (request: FixtureRequest, socket: Socket) => void,
): void {
  let held = "";
  let busy = false;
  const next = async (): Promise<void> => {
    const end = held.indexOf("\r\n\r\n");
    if (busy || end === -1) return;
    const request = parseRequest(held.slice(0, end));
    held = held.slice(end + 4);
    if (request.method === "CONNECT" && upgrade !== undefined) {
      socket.off("data", receive);
      upgrade(request, socket);
      return;
    }
    busy = true;
    send(socket, request, await handle(request));
    busy = false;
    await next();
  };
  const receive = (chunk: Buffer): void => {
    held += chunk.toString("latin1");
    void next();
  };
  socket.on("data", receive);
}

function parseRequest(head: string): FixtureRequest {
  const [first = "", ...lines] = head.split("\r\n");
  const [method = "", target = ""] = first.split(" ");
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { method, target, headers };
}

function send(socket: Socket, request: FixtureRequest, reply: Outcome): void {
  if (reply === "hang") return;
  if (reply === "drop") {
    socket.destroy();
    return;
  }
  const body = Buffer.from(reply.body ?? "");
  const bodiless = request.method === "HEAD" || reply.status === 304 || reply.status === 204;
  const announced = reply.endless === true ? "none" : (reply.contentLength ?? body.length);
  const lengths = announced === "none" ? { connection: "close" } : { "content-length": String(announced) };
  const headers = Object.entries({ ...lengths, date: new Date().toUTCString(), ...reply.headers });
  socket.write(
    `HTTP/1.1 ${reply.status} Fixture\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`,
  );
  if (bodiless) return;
  if (reply.endless === true) sendForever(socket, body);
  else if (reply.cutWhen !== undefined) {
    socket.write(body.subarray(0, reply.cutAfterBytes));
    void reply.cutWhen.then(() => socket.destroy());
  } else if (reply.cutAfterBytes !== undefined)
    socket.write(body.subarray(0, reply.cutAfterBytes), () => socket.destroy());
  else if (reply.stallAfterBytes !== undefined) socket.write(body.subarray(0, reply.stallAfterBytes));
  else if (announced === "none") socket.end(body);
  else socket.write(body);
}

function sendForever(socket: Socket, body: Buffer): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(body)) continue;
  };
  socket.on("drain", more);
  more();
}
