/** What an attempt consumed. */
export interface Usage {
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly costMicros: bigint;
}

/** An attempt that consumed nothing that is counted. */
export const NO_USAGE: Usage = { tokensIn: 0, tokensOut: 0, costMicros: 0n };
