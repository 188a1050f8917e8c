/** How an environment is made, apart from its wheels: what a request says of it, in the words of env/. */
import { type Origins, originUrl } from "../env/direct-url.ts";
import type { EnvironmentOptions } from "../env/ensure-environment.ts";
import type { RecordedWish } from "../env/environment-record.ts";
import type { Pin } from "../resolver/pins.ts";
import { requirementText } from "../versions/requirement-text.ts";
import type { StoredWheel } from "../wheel/stored-wheel.ts";
import type { InstallRequest } from "./install-request.ts";

type Setting = Pick<EnvironmentOptions, "interpreter" | "materialize" | "directory" | "fresh" | "wish">;

export function environmentSetting(request: InstallRequest): Setting {
  const { interpreter, materialize = [], directory, clear = false } = request;
  const place = directory === undefined ? {} : { directory };
  return { interpreter, materialize, fresh: clear, wish: () => wishOf(request), ...place };
}

function wishOf({ requirements, arguments: given }: InstallRequest): RecordedWish {
  const texts = new Set(requirements.map(requirementText));
  return { requirements: [...texts].sort(), ...(given === undefined ? {} : { arguments: given() }) };
}

/** Of the wheels that were asked for by URL; `wheels` are those of `pins`, in their order. */
export function originsOf(pins: readonly Pin[], wheels: readonly StoredWheel[]): Origins {
  const pairs = pins.flatMap(({ url, file }, position): readonly [string, string][] => {
    const wheel = wheels[position];
    return url === undefined || wheel === undefined ? [] : [[wheel.sha256, originUrl(file.url)]];
  });
  return new Map(pairs);
}
