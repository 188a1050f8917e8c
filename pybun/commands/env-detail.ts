import * as v from "valibot";

const keyAndPath = v.object({ key: v.string(), path: v.string() });

/** `detail` of `env create` and `env path`; no secrets are in requirements and URLs. */
export const envCreateDetail = v.object({
  key: v.string(),
  path: v.string(),
  /** The interpreter inside the environment. */
  python: v.string(),
  /** The shared, merged site-packages that is the environment's last path entry. */
  view: v.string(),
  interpreter: v.object({ path: v.string(), version: v.string() }),
  /** What it was made for, normalised and sorted. */
  requirements: v.array(v.string()),
  /** What the `env create` that made it was given, but for `--dir`; paths are absolute. */
  arguments: v.optional(v.array(v.string())),
  /** `url` where one was asked for (PEP 610). */
  packages: v.array(
    v.object({ name: v.string(), version: v.string(), sha256: v.string(), url: v.optional(v.string()) }),
  ),
  /** Where it was made, if it was moved or copied since. */
  moved_from: v.optional(v.string()),
});

/** `detail` of `env list`. */
export const envListDetail = v.object({
  environments: v.array(envCreateDetail),
  /** Places where environments were made and are not any more. */
  gone: v.array(keyAndPath),
});

/** `detail` of `env remove`. */
export const envRemoveDetail = v.object({
  removed: v.array(keyAndPath),
  /** Records of environments that were gone already; what is at the path now was left alone. */
  forgotten: v.array(keyAndPath),
});
