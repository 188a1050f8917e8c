import { redact } from "@vivarium/core/redact";

/** What the runtime adds to its errors for programmers who call `fetch`; a user of ours cannot follow it. */
const advice = /\s*(?:For more information, pass `verbose: true`[^]*|Is the computer able to access the url\?)$/;

/** The error as a cause that a user can read: without advice that is not for them, and without secrets. */
export function plainError(error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error);
  return new Error(redact(text.replace(advice, "")));
}
