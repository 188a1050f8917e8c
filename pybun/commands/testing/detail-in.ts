import { assertValidEnvelope } from "@vivarium/cli/testing/validate-output";
import { assert } from "@vivarium/core/assert";
import { cacheCommands } from "../cache.ts";
import { envCommands } from "../env.ts";

const commands = [...envCommands, ...cacheCommands];

/** The detail of the envelope that `env` or `cache` has printed; throws unless it fits the command's schema. */
export async function detailIn(stdout: string, name: string): Promise<Record<string, unknown>> {
  const command = commands.find((candidate) => candidate.name === name);
  assert(command !== undefined, `'${name}' is a command`);
  const { detail } = await assertValidEnvelope(stdout, command);
  return detail as Record<string, unknown>; // Checked by the command's schema just above.
}
