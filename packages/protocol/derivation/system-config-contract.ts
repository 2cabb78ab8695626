import type { Bytes32 } from '#protocol/primitives.ts'

/** Topic of `ConfigUpdate(uint256,uint8,bytes)` of the `SystemConfig` contract. Spec: protocol/system-config.md#system-config-updates */
export const configUpdateEvent =
  '0x1d2b0bda21d56b8bd12d4f94ebacffdfb35f5e226f84b461103bb8beab6353be' as Bytes32

/** Storage slot of the signer of unsafe blocks: keccak256 of `systemconfig.unsafeblocksigner`. Spec: protocol/system-config.md#unsafeblocksigner-address */
export const unsafeBlockSignerSlot =
  '0x65a7ed542fb37fe237fdfbdd70b31598523fe5b32879e307bae27a0bd9581c08' as Bytes32

/** Type of an update that changes the unsafe block signer, as a topic. Spec: protocol/system-config.md#system-config-updates */
export const unsafeBlockSignerUpdate =
  '0x0000000000000000000000000000000000000000000000000000000000000003' as Bytes32
