/** An index space in which imports were put behind those of the module: what the module defines moves up. */
export interface IndexShift {
  /** For messages: `function`. */
  readonly space: string;
  /** The first index that moves, and how far. */
  readonly from: number;
  readonly by: number;
  /**
   * How many the module has. An index beyond them is invalid and has to be refused here, because behind them stands
   * what is appended.
   */
  readonly count: number;
}
