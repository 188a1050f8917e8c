/** Who is told what: credentials, the first-index rule, proxies, certificates. */

import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import {
  buildWheel,
  certificate,
  startFixtureIndex,
  startFixtureProxy,
  startHttpServer,
} from "../../tests/fixture-index/index.ts";
import { failureOf, testBench } from "./testing.ts";

const wheel = buildWheel({ name: "left", version: "1.0" });
const login = "me:hunter2";
const withLogin = (url: string, secret = login): string => url.replace("://", `://${secret}@`);

describe("credentials", () => {
  test("come from the URL, a named index's variables, or netrc, and reach pages, metadata and files", async () => {
    const index = await startFixtureIndex({ login });
    try {
      index.add(wheel);
      const ways: [string, Record<string, string>, string][] = [
        [withLogin(index.simple), {}, ""],
        [`own=${index.simple}`, { UV_INDEX_OWN_USERNAME: "me", UV_INDEX_OWN_PASSWORD: "hunter2" }, ""],
        [index.simple, {}, "machine 127.0.0.1 login me password hunter2"],
        [index.simple, {}, 'default login me password "hunter2"'],
      ];
      for (const [defaultIndex, environment, netrc] of ways) {
        using bench = testBench();
        writeFileSync(join(bench.directory, ".netrc"), netrc);
        const client = bench.open({ flags: { defaultIndex }, environment });
        const page = await client.page("left");
        const file = page.filesAt(0)[0] ?? expect.unreachable();
        expect(await client.metadata(file)).toMatchObject({ version: "1.0" });
        expect((await client.download(file, { write: () => undefined })).sha256).toBe(wheel.sha256);
        client.close();
        expect([page.index, ...bench.told].join()).not.toContain("hunter2");
        const found = Bun.spawnSync(["grep", "-rlE", "hunter2|me:", join(bench.directory, "index-v1")]);
        expect(found.stdout.toString()).toBe("");
      }
    } finally {
      await index.stop();
    }
  });

  test("that are refused, or absent, stop everything: E_INDEX_AUTH, and no other index is asked", async () => {
    const closed = await startFixtureIndex({ login });
    const open = await startFixtureIndex();
    open.add(wheel);
    try {
      using bench = testBench();
      for (const [url, said] of [
        [closed.simple, "no credentials were offered"],
        [withLogin(closed.simple, "me:wrong-one"), "refused the credentials"],
      ] as const) {
        const failure = await failureOf(() =>
          bench.open({ flags: { index: [url], defaultIndex: open.simple } }).page("left"),
        );
        expect(failure).toStartWith(`E_INDEX_AUTH cannot read '${closed.simple}/left/': the server answered 401 and `);
        expect(failure).toContain(said);
        expect(failure).not.toContain("wrong-one");
      }
      expect(open.log).toEqual([]);
    } finally {
      await Promise.all([closed.stop(), open.stop()]);
    }
  });

  test("do not follow a redirect to another server", async () => {
    const seen: (string | undefined)[] = [];
    const other = await startHttpServer((request) => {
      seen.push(request.headers["authorization"]);
      return { status: 200, headers: { "content-type": "text/html" }, body: '<a href="left-1.0.zip">x</a>' };
    });
    const index = await startFixtureIndex({ login });
    try {
      using bench = testBench();
      const target = `http://localhost:${other.port}/left/`;
      index.behave("/simple/left/", () => ({ status: 302, headers: { location: target } }));
      const page = await bench.open({ flags: { defaultIndex: withLogin(index.simple) } }).page("left");
      expect(page.filesAt(0)[0]?.url).toBe(`http://localhost:${other.port}/left/left-1.0.zip`);
      expect(index.log[0]?.headers["authorization"]).toStartWith("Basic ");
      expect(seen).toEqual([undefined]);
    } finally {
      await Promise.all([index.stop(), other.stop()]);
    }
  });
});

describe("the first-index rule", () => {
  test("the first index that knows the name is the only one; pip's extra index comes first, with a warning", async () => {
    const own = await startFixtureIndex();
    const everyone = await startFixtureIndex();
    own.add(wheel);
    everyone.add(buildWheel({ name: "left", version: "99.0" }));
    everyone.add(buildWheel({ name: "right", version: "1.0" }));
    try {
      using bench = testBench();
      const client = bench.open({
        environment: { PIP_INDEX_URL: everyone.simple, PIP_EXTRA_INDEX_URL: withLogin(own.simple) },
      });
      const left = await client.page("left");
      expect([left.count, left.textAt(0), left.index]).toEqual([1, "1.0", own.simple]);
      expect((await client.page("right")).index).toBe(everyone.simple);
      expect(bench.told.filter((line) => line.startsWith("W_INDEX_EXTRA_FIRST"))).toEqual([
        expect.stringContaining(`PIP_EXTRA_INDEX_URL: '${own.simple}' is asked before the default index`),
      ]);
      expect(bench.told.join()).not.toContain("hunter2");
    } finally {
      await Promise.all([own.stop(), everyone.stop()]);
    }
  });
});

describe("proxies", () => {
  test("plain requests are forwarded, https ones tunnelled, with the proxy's own credentials; NO_PROXY goes around", async () => {
    const proxy = await startFixtureProxy();
    const plain = await startFixtureIndex();
    const secure = await startFixtureIndex({ tls: true });
    for (const index of [plain, secure]) index.add(wheel);
    try {
      using bench = testBench();
      const pem = join(bench.directory, "ca.pem");
      writeFileSync(pem, certificate);
      const environment = { ALL_PROXY: withLogin(proxy.origin), SSL_CERT_FILE: pem };
      for (const index of [plain, secure]) {
        const page = await bench.open({ flags: { defaultIndex: index.simple }, environment }).page("left");
        expect(page.textAt(0)).toBe("1.0");
      }
      expect(proxy.log.map(({ line }) => line)).toEqual([
        `GET ${plain.simple}/left/`,
        `CONNECT ${secure.origin.replace("https://", "")}`,
      ]);
      for (const { authorization } of proxy.log) expect(authorization).toBe(`Basic ${btoa(login)}`);
      await bench
        .open({
          flags: { defaultIndex: plain.simple },
          environment: { ...environment, NO_PROXY: "127.0.0.1" },
          refresh: true,
        })
        .page("left");
      expect(proxy.log.length).toBe(2);
    } finally {
      await Promise.all([proxy.stop(), plain.stop(), secure.stop()]);
    }
  });
});

test("a proxy that does not answer is named, and who named it", async () => {
  using bench = testBench();
  const environment = { HTTPS_PROXY: "http://me:hunter2@127.0.0.1:1" };
  const client = bench.open({ flags: { defaultIndex: "https://index.example/simple" }, environment });
  const failure = await failureOf(() => client.page("left"));
  expect(failure).toStartWith(
    "E_INDEX_NETWORK cannot reach 'https://index.example/simple/left/' through the proxy 'http://****@127.0.0.1:1/': the connection was refused",
  );
  expect(failure).toContain("The proxy comes from HTTPS_PROXY");
});

describe("certificates", () => {
  test("one that nobody trusts is E_INDEX_TLS; SSL_CERT_FILE, SSL_CERT_DIR, PIP_CERT, REQUESTS_CA_BUNDLE or trusted-host accept it", async () => {
    const index = await startFixtureIndex({ tls: true });
    index.add(wheel);
    try {
      using bench = testBench();
      const pem = join(bench.directory, "ca.pem");
      writeFileSync(pem, certificate);
      const open = (environment: Record<string, string>) =>
        bench.open({ flags: { defaultIndex: index.simple }, environment, refresh: true });
      expect(await failureOf(() => open({}).page("left"))).toStartWith(
        `E_INDEX_TLS cannot trust the certificate of '${index.simple}/left/'`,
      );
      for (const name of ["SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE"]) {
        expect((await open({ [name]: pem }).page("left")).count).toBe(1);
      }
      expect((await open({ SSL_CERT_DIR: bench.directory }).page("left")).count).toBe(1);
      expect((await open({ PIP_TRUSTED_HOST: "127.0.0.1" }).page("left")).count).toBe(1);
      expect(
        await failureOf(() => open({ SSL_CERT_FILE: join(bench.directory, "absent.pem") }).page("left")),
      ).toEndWith("absent.pem': it does not exist");
      for (const name of ["SSL_CERT_FILE", "PIP_CERT"]) {
        const none = join(bench.directory, "none.pem");
        writeFileSync(none, "this-host\n");
        expect(await failureOf(() => open({ [name]: none }).page("left"))).toBe(
          `E_INDEX_CONFIG cannot use ${name}: '${none}' holds no certificate in PEM form`,
        );
      }
    } finally {
      await index.stop();
    }
  });

  test("a server that speaks plain HTTP where https was asked for is E_INDEX_TLS at once", async () => {
    let greetings = 0;
    const plain = createServer((socket) => {
      socket.on("error", () => socket.destroy());
      socket.once("data", () => {
        greetings++;
        socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
      });
    });
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    // A server that listens on a TCP port has an address of this form.
    const { port } = plain.address() as AddressInfo;
    try {
      using bench = testBench();
      const client = bench.open({ flags: { defaultIndex: `https://127.0.0.1:${port}/simple` } });
      expect(await failureOf(() => client.page("left"))).toBe(
        `E_INDEX_TLS cannot begin a secure connection to 'https://127.0.0.1:${port}/simple/left/': the TLS handshake failed | ` +
          "The server may speak plain HTTP on this port: was 'http://' meant instead of 'https://'?",
      );
      expect([greetings, bench.clock.waits]).toEqual([1, []]);
    } finally {
      plain.close();
    }
  });

  test("https may not lead to http", async () => {
    const index = await startFixtureIndex({ tls: true });
    index.behave("/simple/left/", () => ({ status: 302, headers: { location: "http://127.0.0.1:1/" } }));
    try {
      using bench = testBench();
      const client = bench.open({
        flags: { defaultIndex: index.simple },
        environment: { PIP_TRUSTED_HOST: "127.0.0.1" },
      });
      expect(await failureOf(() => client.page("left"))).toContain("redirects from https to http");
    } finally {
      await index.stop();
    }
  });
});
