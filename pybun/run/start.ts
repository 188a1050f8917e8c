/** What only a run that really starts needs: one import for `run-execute.ts`, which `--explain` does without. */
export { becomeProgram } from "./become-program.ts";
export { withEnvFiles } from "./env-file.ts";
export { invocationOf } from "./invocation.ts";
export { writeWarmRecord } from "./write-warm.ts";
