import { expect, test } from "bun:test";
import type { Report } from "@vivarium/core/report";
import { emitOutput } from "./captured-output.ts";

interface Shown {
  readonly stream: string;
  readonly encoding: string;
  readonly data: string;
}

/** What is reported when the pieces come one by one. */
async function shownOf(
  pieces: readonly (string | Uint8Array)[],
  { secrets = [], outputBytesMax = 1_000 }: { secrets?: readonly string[]; outputBytesMax?: number } = {},
): Promise<readonly string[]> {
  const shown: string[] = [];
  const report: Report = {
    warn: () => expect.unreachable(),
    // Only these two kinds are emitted, with these fields.
    emit: (kind, fields) => void shown.push(kind === "run.output" ? (fields as unknown as Shown).data : kind),
  };
  const source = new ReadableStream<Uint8Array>({
    async start(controller) {
      for (const piece of pieces) {
        controller.enqueue(Buffer.from(piece));
        await Promise.resolve();
      }
      controller.close();
    },
  });
  const exited = new Promise<void>(() => undefined);
  await emitOutput(source, { stream: "stdout", report, outputBytesMax, secrets, exited });
  return shown;
}

const secrets = ["hunter2", "hunter2-longer", "gehëim"];

test("a secret is masked wherever it is cut", async () => {
  const bytes = Buffer.from("a hunter2-longer b hunter2 c gehëim d hunt");
  for (let cut = 0; cut <= bytes.length; cut++) {
    const shown = await shownOf([bytes.subarray(0, cut), bytes.subarray(cut)], { secrets });
    expect(shown.join(""), `cut at ${cut}`).toBe("a **** b **** c **** d hunt");
  }
});

test("a secret is masked when it comes byte by byte", async () => {
  const pieces = [...Buffer.from("x hunter2 y")].map((byte) => Uint8Array.of(byte));
  expect((await shownOf(pieces, { secrets })).join("")).toBe("x **** y");
});

test("only what may begin a secret waits", async () => {
  expect(await shownOf(["one hun", "dred", " two"], { secrets })).toEqual(["one ", "hundred", " two"]);
});

test("a secret is masked among bytes that are no text", async () => {
  const [shown = ""] = await shownOf([Buffer.concat([Buffer.of(0xff), Buffer.from("hunter2")])], {
    secrets: ["hunter2"],
  });
  expect(Buffer.from(shown, "base64").toString("latin1")).toBe("\xff****");
});

test("nothing of a secret that the bound cuts is shown", async () => {
  expect(await shownOf(["a hunter2 b"], { secrets, outputBytesMax: 6 })).toEqual(["a ", "run.truncate"]);
});
