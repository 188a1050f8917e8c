import { expect } from "bun:test";
import { Problem, renderProblem } from "@vivarium/core/diagnostic";
import { wheelDiagnostics } from "../diagnostics.ts";
import { demoFile, unpackBytes } from "./wheel-builder.ts";

/** The code with which a wheel is refused; its prose must come out whole and its exit code be 76. */
export async function refusal(bytes: Uint8Array, file = demoFile): Promise<string> {
  try {
    await unpackBytes(bytes, () => undefined, file);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const rendered = renderProblem(error, wheelDiagnostics);
    expect(rendered.message).toContain("'");
    expect(rendered.message).not.toContain("undefined");
    expect(wheelDiagnostics[error.code as keyof typeof wheelDiagnostics].exit).toBe(76);
    return error.code;
  }
  return "accepted";
}
