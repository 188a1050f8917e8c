/** An environment as the commands tell of it in JSON. */
import type { FoundEnvironment } from "../env/place.ts";

/** The `detail` of one environment. */
export function environmentDetail(record: FoundEnvironment) {
  const { key, path, python, view, packages, wish, movedFrom } = record;
  const interpreter = { path: record.interpreter.realPath, version: record.interpreter.version };
  const requirements = [...wish.requirements];
  const given = wish.arguments === undefined ? {} : { arguments: [...wish.arguments] };
  const moved = movedFrom === undefined ? {} : { moved_from: movedFrom };
  return { key, path, python, view, interpreter, requirements, ...given, packages: [...packages], ...moved };
}
