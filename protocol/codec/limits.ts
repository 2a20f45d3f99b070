/** Bounds on what is accepted from the wire. Everything else is bounded by the length of the input itself. */
export interface CodecLimits {
  /** Largest frame in bytes. @default 33554432 */
  readonly maxFrameBytes: number;
  /** Protobuf fields of one frame, each id of a packed list counted. @default 200000 */
  readonly maxFields: number;
  /** Objects nested in one another in an object stream; a chain of `and` or `or` counts once. @default 64 */
  readonly maxDepth: number;
  /** Elements of all collections of one object stream together. @default 2000000 */
  readonly maxElements: number;
  /** Type and field names of one object stream. @default 1024 */
  readonly maxPoolNames: number;
  /** Digits of a BigInteger or BigDecimal; a decimal's scale lies between plus and minus this. @default 10000 */
  readonly maxDigits: number;
}

export const DEFAULT_CODEC_LIMITS: CodecLimits = {
  maxFrameBytes: 32 * 1024 * 1024,
  maxFields: 200_000,
  maxDepth: 64,
  maxElements: 2_000_000,
  maxPoolNames: 1024,
  maxDigits: 10_000,
};
