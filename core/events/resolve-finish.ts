import { count, defineEvent, milliseconds } from "./define.ts";

/** A resolution ended with a solution. `requests` counts the ones that reached the network. */
export const resolveFinish = defineEvent("resolve.finish", {
  packages: count,
  requests: count,
  duration_ms: milliseconds,
});
