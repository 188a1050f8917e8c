import type { CommandContext } from "@vivarium/cli/command";

/** Why a program has to end, if a signal has come: no turn comes to listeners while it computes. */
export const interruptOf =
  ({ signal, lookForSignals }: Pick<CommandContext, "signal" | "lookForSignals">) =>
  (): Error | undefined => {
    lookForSignals();
    return signal.aborted ? (signal.reason as Error) : undefined; // an Interruption
  };
