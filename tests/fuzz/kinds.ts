/** All kinds of cases, by name. */
import { binaryKinds } from "./binary-cases.ts";
import type { CaseKind } from "./case-kind.ts";
import { fileKinds } from "./file-cases.ts";
import { fuelKinds } from "./fuel-cases.ts";
import { guestKinds } from "./guest-cases.ts";
import { handleKinds } from "./handle-cases.ts";
import { knownKinds } from "./known-cases.ts";
import { linkKinds } from "./link-cases.ts";
import { runKinds } from "./run-cases.ts";
import { waveKinds } from "./wave-cases.ts";

export const kinds: ReadonlyMap<string, CaseKind> = new Map(
  Object.entries<CaseKind>({
    ...binaryKinds,
    ...knownKinds,
    ...runKinds,
    ...guestKinds,
    ...handleKinds,
    ...linkKinds,
    ...waveKinds,
    ...fuelKinds,
    ...fileKinds,
  }),
);
