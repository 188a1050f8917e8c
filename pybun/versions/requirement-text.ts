/** Requirements as they are shown and recorded. */
import { redactAddress } from "@vivarium/core/redact";
import { formatRequirement, type Requirement } from "./requirement.ts";

/** {@link formatRequirement} without the secrets of its URL. A name or version is none, whatever it looks like. */
export function requirementText(requirement: Requirement): string {
  const { url } = requirement;
  return formatRequirement(url === undefined ? requirement : { ...requirement, url: redactAddress(url) });
}
