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

/** Without limits: some hundred megabytes of the host's. */
const handlesDefault = 1_000_000;
/** What a handle takes of the host's memory, with the host's object behind it, as far as that is known. */
const bytesOfHandle = 512;
const handlesDefaultMin = 1024;

/** Handles are in no memory of the guest's, which could otherwise make the host hold any number. */
export const handlesMaxOf = ({ handles, memoryBytes = Infinity }: RootLimits): number =>
  handles ?? Math.min(handlesDefault, Math.max(Math.floor(memoryBytes / bytesOfHandle), handlesDefaultMin));
