import type { Address, Bytes32, Bytes8 } from '#protocol/primitives.ts'

/** Parameters of a chain that L1 can change. Spec: system-config.md */
export interface SystemConfig {
  readonly batcherAddress: Address
  /** L1 fee overhead; zero from Ecotone on. */
  readonly overhead: Bytes32
  /** L1 fee scalars; the first byte is the version of the encoding. */
  readonly scalar: Bytes32
  readonly gasLimit: bigint
  /** Denominator, then elasticity, 4 bytes each; zero selects the constants of the rollup config. */
  readonly eip1559Params: Bytes8
  /** Bytes 20–23 are the scalar, 24–31 the constant. */
  readonly operatorFeeParams: Bytes32
  /** In wei. */
  readonly minBaseFee: bigint
  /** 16 bits. */
  readonly daFootprintGasScalar: number
}
