/** What a guest that may not do something is ended with, where its types have no room for an error. */
import type { AmbientKind } from "../../core/policy/policy.ts";
import { TrapError } from "../errors/errors.ts";
import type { HostFunction } from "../runtime/linker.ts";

export const accessDenied = (reason: string): TrapError =>
  new TrapError(`access denied: ${reason}`, { code: "access-denied" });

/** As the trap has it: neither a flag nor a key, since programs deny it by another word than commands and files. */
export const deniedWords = (capability: AmbientKind): string => `the policy denies '${capability}'`;

/** The functions of a capability that is there unless a policy denies it. */
export const unlessDenied =
  (capability: AmbientKind, { isDenied }: { readonly isDenied: boolean }) =>
  (give: HostFunction): HostFunction =>
    isDenied
      ? () => {
          throw accessDenied(deniedWords(capability));
        }
      : give;
