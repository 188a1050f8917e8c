/** Exit codes of all commands (sysexits where they exist). A workload's own code passes through unchanged. */
export const exitCode = {
  success: 0,
  failure: 1,
  usage: 2,
  dataError: 65,
  notFound: 66,
  unavailable: 69,
  software: 70,
  io: 74,
  integrity: 76,
  denied: 77,
  config: 78,
  budget: 124,
  interrupted: 130,
} as const;
