/**
 * The policy options of a command that runs a workload, as shapes for the parser of `cli`; to be spread into its own.
 * Alone in its file, since help and usage errors load it, too.
 */
export const policyOptions = {
  policy: { kind: "values", value: "FILE", summary: "Read a policy from this TOML file; of several, what all allow" },
  "best-effort": { kind: "flag", summary: "Run even if a part of the policy cannot be enforced" },
  "allow-read": { kind: "values", value: "PATH,…", summary: "Allow reading at or below these paths" },
  "allow-write": { kind: "values", value: "PATH,…", summary: "Allow changing files there, and reading them" },
  "allow-connect": { kind: "values", value: "HOST:PORT,…", summary: "Allow connections to these hosts" },
  "allow-listen": { kind: "values", value: "ADDR:PORT,…", summary: "Allow accepting connections there" },
  "allow-env": { kind: "values", value: "NAME,…", summary: "Show these environment variables" },
  "allow-exec": { kind: "values", value: "PROGRAM,…", summary: "Allow starting these programs" },
  "allow-ipc": { kind: "values", value: "NAME,…", summary: "Allow opening these named channels" },
  "deny-time": { kind: "flag", summary: "Deny clocks" },
  "deny-random": { kind: "flag", summary: "Deny entropy" },
  "deny-log": { kind: "flag", summary: "Deny writing to the log" },
  memory: { kind: "value", value: "SIZE", summary: "Memory, such as 256MiB" },
  cpu: { kind: "value", value: "TIME", summary: "Time on the processor, such as 5s" },
  wall: { kind: "value", value: "TIME", summary: "Time that passes, such as 30s" },
  processes: { kind: "value", value: "N", summary: "Processes, or instances, at the same time" },
  output: { kind: "value", value: "SIZE", summary: "Bytes of output, such as 10MiB" },
  fuel: { kind: "value", value: "N", summary: "Steps, the same on every machine" },
} as const;
