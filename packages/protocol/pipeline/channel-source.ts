import type { ChannelRules } from '#protocol/chains/chain-spec.ts'
import { type AssemblerOutput, ChannelAssembler } from '#protocol/channel/channel-assembler.ts'
import { type BankAdd, ChannelBank } from '#protocol/channel/channel-bank.ts'
import type { ChannelEnd } from '#protocol/channel/channel-reader.ts'
import type { Frame } from '#protocol/channel/frame.ts'

/** A frame that was dropped, and why. */
export interface DroppedFrame {
  readonly what: 'frame'
  readonly reason: Extract<BankAdd | AssemblerOutput, { kind: 'dropped' }>['reason']
}

/** A channel that was dropped, and why. */
export interface DroppedChannel {
  readonly what: 'channel'
  readonly reason: 'timed-out' | 'pruned' | Exclude<ChannelEnd, 'complete'>
}

/** Inputs for assembling channels while one L1 block is read. */
export interface ChannelInput {
  readonly l1Block: bigint
  readonly rules: ChannelRules
  readonly nextFrame: () => Frame | undefined
  readonly onDropped: (dropped: DroppedFrame | DroppedChannel) => void
}

/** Returns complete channels. Each channel is the data of its frames, in order. */
export interface ChannelSource {
  /** The next channel; undefined if this L1 block completes no more channels. */
  next(input: ChannelInput): readonly Uint8Array[] | undefined
  /** Drops the incomplete channel. Called when a batch of the previous channel is invalid. */
  flush(): void
}

/** Channels before Holocene: many may be open. */
export class BankedChannels implements ChannelSource {
  readonly #bank = new ChannelBank()

  next({ l1Block, rules, nextFrame, onDropped }: ChannelInput): readonly Uint8Array[] | undefined {
    for (;;) {
      // Rule bank-pruning: The bank is read before a frame is added, and pruned after it, oldest first.
      // Spec: derivation.md#pruning, derive/channel_bank.go
      // When the bank is full, another order of reads and frames would derive another chain.
      const read = this.#bank.read(l1Block, rules)
      if (read.kind === 'ready') return read.chunks
      if (read.kind === 'timed-out') {
        onDropped({ what: 'channel', reason: 'timed-out' })
        continue
      }
      const frame = nextFrame()
      if (frame === undefined) return undefined
      const added = this.#bank.add(frame, l1Block, rules)
      if (added.kind === 'dropped') onDropped({ what: 'frame', reason: added.reason })
      else
        for (let at = 0; at < added.pruned.length; at++)
          onDropped({ what: 'channel', reason: 'pruned' })
    }
  }

  /** Before Holocene a flush has no effect. */
  flush(): void {}
}

/** Channels from Holocene on: one channel at a time, whose frames must arrive in order. */
export class AssembledChannels implements ChannelSource {
  readonly #assembler = new ChannelAssembler()

  next({ l1Block, rules, nextFrame, onDropped }: ChannelInput): readonly Uint8Array[] | undefined {
    for (;;) {
      const frame = nextFrame()
      if (frame === undefined) return undefined
      const output = this.#assembler.add(frame, l1Block, rules)
      if (output.kind === 'ready') return output.chunks
      if (output.kind === 'dropped') onDropped({ what: 'frame', reason: output.reason })
    }
  }

  flush(): void {
    this.#assembler.flush()
  }
}
