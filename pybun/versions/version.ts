/** Interface only until the module lands; see pybun/README.md. */
export interface Version {
  /** The normalised text (PEP 440, "Normalization"), local segment included. */
  readonly text: string;
  /** Compares with `<` exactly as PEP 440 orders versions; equal keys mean equal versions. */
  readonly key: string;
  readonly epoch: number;
  readonly release: readonly number[];
  readonly pre?: readonly ["a" | "b" | "rc", number];
  readonly post?: number;
  readonly dev?: number;
  /** Local segments, lower-case; numbers as numbers. */
  readonly local?: readonly (string | number)[];
}
