/** An HTTP proxy for tests: forwards plain requests, tunnels CONNECT, and remembers what went through. */
import { connect, type Socket } from "node:net";
import { type FixtureRequest, type Outcome, startHttpServer } from "./http-server.ts";

export interface FixtureProxy {
  readonly origin: string;
  readonly port: number;
  /** `GET http://…` for forwarded requests, `CONNECT host:port` for tunnels; with the proxy's credentials, if any came. */
  readonly log: readonly { readonly line: string; readonly authorization: string | undefined }[];
  readonly stop: () => Promise<void>;
}

export async function startFixtureProxy(): Promise<FixtureProxy> {
  const log: { line: string; authorization: string | undefined }[] = [];
  const note = ({ method, target, headers }: FixtureRequest): void => {
    log.push({ line: `${method} ${target}`, authorization: headers["proxy-authorization"] });
  };
  const server = await startHttpServer(
    (request) => {
      note(request);
      return forward(request);
    },
    {
      upgrade(request, socket) {
        note(request);
        tunnel(request.target, socket);
      },
    },
  );
  return { origin: server.origin, port: server.port, log, stop: () => server.stop() };
}

async function forward({ method, target, headers }: FixtureRequest): Promise<Outcome> {
  const kept = Object.entries(headers).filter(([name]) => !/^(?:host|connection|proxy-)/.test(name));
  const response = await fetch(target, { method, headers: Object.fromEntries(kept), redirect: "manual" });
  const passed = [...response.headers].filter(
    ([name]) => !/^(?:content-length|content-encoding|connection|transfer-encoding)$/.test(name),
  );
  return { status: response.status, headers: Object.fromEntries(passed), body: await response.bytes() };
}

function tunnel(target: string, socket: Socket): void {
  const [host = "", port = ""] = target.split(":");
  const far = connect(Number(port), host, () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    socket.pipe(far);
    far.pipe(socket);
  });
  far.on("error", () => socket.destroy());
  socket.on("close", () => far.destroy());
}
