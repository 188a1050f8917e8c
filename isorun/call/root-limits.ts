/** What a root may have, and how large its messages get where nobody says it. */
import type { TimeAccount } from "./time-account.ts";

/** Why a guest that computes has to end; undefined if it may go on. */
export type Interrupt = () => Error | undefined;

export interface RootLimits {
  readonly handles?: number | undefined;
  readonly instances?: number | undefined;
  readonly messageBytes?: number | undefined;
  readonly memoryBytes?: number | undefined;
  readonly time?: TimeAccount | undefined;
}

/** Without limits. A guest may name one block many times, and the host makes a value each time. */
const messageBytesDefault = 2 ** 29;
/** How often a message may hold what a limited memory holds: texts that stand in many places are passed many times. */
const messageMemories = 4;

export const messageBytesMaxOf = ({ messageBytes, memoryBytes = Infinity }: RootLimits): number =>
  messageBytes ?? Math.min(messageBytesDefault, memoryBytes * messageMemories);
