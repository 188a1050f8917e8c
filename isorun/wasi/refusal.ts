/** What a guest that may not do something is ended with, where its types have no room for an error. */
import type { AmbientKind } from "../../core/policy/policy.ts";
import { TrapError } from "../errors/errors.ts";
import type { HostFunction } from "../runtime/linker.ts";

export const accessDenied = (reason: string): TrapError =>
  new TrapError(`access denied: ${reason}`, { code: "access-denied" });

/** The functions of a capability that is there unless a policy denies it. */
export const unlessDenied =
  (capability: AmbientKind, { isDenied }: { readonly isDenied: boolean }) =>
  (give: HostFunction): HostFunction =>
    isDenied
      ? () => {
          throw accessDenied(`the policy has '--deny-${capability}'`);
        }
      : give;
