import * as v from "valibot";

/** `detail` of `env create` and `env path`. */
export const envCreateDetail = v.object({
  key: v.string(),
  path: v.string(),
  /** The interpreter inside the environment. */
  python: v.string(),
  /** The shared, merged site-packages that is the environment's last path entry. */
  view: v.string(),
  interpreter: v.object({ path: v.string(), version: v.string() }),
  packages: v.array(v.object({ name: v.string(), version: v.string(), sha256: v.string() })),
});

/** `detail` of `env list`. */
export const envListDetail = v.object({ environments: v.array(envCreateDetail) });

/** `detail` of `env remove`. */
export const envRemoveDetail = v.object({ removed: v.array(v.object({ key: v.string(), path: v.string() })) });
