import { hardforkNames, type HardforkName } from './hardforks.ts'
import type { RollupConfig } from './rollup-config.ts'

// Rules of a rollup that depend on a timestamp. Spec: protocol/derivation.md, protocol/fjord/derivation.md, protocol/granite/derivation.md

/** Whether a hardfork is active: the timestamp has reached the time of this hardfork or of a later one. */
export function isActive(config: RollupConfig, fork: HardforkName, timestamp: bigint): boolean {
  for (let at = hardforkNames.indexOf(fork); at < hardforkNames.length; at++) {
    const name = hardforkNames[at]
    const time = name && config.hardforkTimes[name]
    if (time !== undefined && timestamp >= time) return true
  }
  return false
}

// Rule activation-block: The activation block is the first block at or after the fork's time. A fork that is active at
// genesis has no activation block.
// Spec: superchain-upgrades.md, types.go
/** Whether the L2 block with this timestamp activates a hardfork; false if the hardfork is active at genesis. */
export function isActivationBlock(
  config: RollupConfig,
  fork: HardforkName,
  timestamp: bigint,
): boolean {
  if (timestamp < config.blockTime) return false
  return isActive(config, fork, timestamp) && !isActive(config, fork, timestamp - config.blockTime)
}

/** How many seconds an L2 block with transactions may be ahead of an L1 origin with this timestamp. */
export function maxSequencerDrift(config: RollupConfig, l1Timestamp: bigint): bigint {
  return isActive(config, 'fjord', l1Timestamp) ? 1_800n : config.maxSequencerDrift
}

/** Number of L1 blocks for which a channel stays open, at the L1 block with this timestamp. */
export function channelTimeout(config: RollupConfig, l1Timestamp: bigint): bigint {
  return isActive(config, 'granite', l1Timestamp) ? 50n : config.channelTimeout
}

// Rule limit-bank: The channel bank holds 100 MB, from Fjord on 1 GB. Spec: derivation.md#pruning, fjord/derivation.md,
// chain_spec.go
/** Limit on the size of all channels of the bank, in bytes. */
function maxChannelBankBytes(config: RollupConfig, l1Timestamp: bigint): number {
  return isActive(config, 'fjord', l1Timestamp) ? 1_000_000_000 : 100_000_000
}

// Rule limit-channel: A channel has at most 10 MB decompressed, from Fjord on 100 MB. From Holocene on, the limit also
// applies to its compressed size. Spec: derivation.md#channel-format, fjord/derivation.md, chain_spec.go
/** Limit on the decompressed bytes that are read from a channel. */
function maxRlpBytesPerChannel(config: RollupConfig, l1Timestamp: bigint): number {
  return isActive(config, 'fjord', l1Timestamp) ? 100_000_000 : 10_000_000
}

/** The rules for channels while one L1 block is read. */
export interface ChannelRules {
  /** Number of L1 blocks for which a channel stays open. */
  readonly channelTimeout: bigint
  readonly maxChannelBankBytes: number
  readonly maxRlpBytesPerChannel: number
  /** Whether a complete channel waits for the channels opened before it; false from Canyon on. */
  readonly isReadInOrder: boolean
  /** From Fjord on. */
  readonly allowsBrotli: boolean
}

// Rule channel-rules-by-time: Channel timeout, bank size, RLP limit, brotli and reading order follow the time of the L1 block
// that is read. Spec: fjord/derivation.md, granite/derivation.md, chain_spec.go
/** The rules for channels while the L1 block with this timestamp is read. */
export function channelRules(config: RollupConfig, l1Timestamp: bigint): ChannelRules {
  return {
    channelTimeout: channelTimeout(config, l1Timestamp),
    maxChannelBankBytes: maxChannelBankBytes(config, l1Timestamp),
    maxRlpBytesPerChannel: maxRlpBytesPerChannel(config, l1Timestamp),
    isReadInOrder: !isActive(config, 'canyon', l1Timestamp),
    allowsBrotli: isActive(config, 'fjord', l1Timestamp),
  }
}
