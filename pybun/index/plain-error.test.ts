import { expect, test } from "bun:test";
import { plainError } from "./plain-error.ts";

const failureOfFetch = (url: string): Promise<Error> =>
  fetch(url).then(
    () => expect.unreachable(),
    (error: unknown) => plainError(error),
  );

test("a closed or refused connection is told without advice for programmers", async () => {
  const server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: (socket) => socket.terminate() },
  });
  const url = `http://127.0.0.1:${server.port}/`;
  const closed = await failureOfFetch(url);
  server.stop(true);
  const refused = await failureOfFetch(url);
  for (const { message } of [closed, refused]) {
    expect(message).toMatch(/\w+/);
    expect(message).not.toMatch(/verbose|fetch\(\)|the computer/);
  }
});

test("secrets are masked", () => {
  expect(plainError(new Error("cannot reach https://user:word@host/")).message).not.toContain("word@");
});
