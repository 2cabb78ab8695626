import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { StreamFlashblock } from '#json-rpc/forms/flashblock-json.ts'
import type { Service } from '#service/service.ts'
import type { Metrics } from './metrics.ts'
import type { BuilderEvents, BuilderNetwork } from './network/builder-network.ts'
import type { BuilderClocks } from './reports/builder-clocks.ts'
import type { Evidence } from './receiving/evidence.ts'

/** The parts of the process that flashblock-p2p uses. */
export interface Context extends Pick<
  Service<unknown>,
  'bus' | 'clock' | 'signal' | 'log' | 'status'
> {
  readonly metrics: Metrics
  readonly clocks: BuilderClocks
}

/** The outside world of flashblock-p2p. */
export interface Ports {
  readonly config: RollupConfig
  readonly acceptsUnsigned: boolean
  readonly ackMs: number
  /** URLs of the public streams that this node follows. */
  readonly followedUrls: readonly string[]
  /** The public stream. */
  readonly stream: PublicStream
  readonly evidence: Evidence
  /** Connects to the other builders. */
  openNetwork(events: BuilderEvents): Promise<BuilderNetwork>
}

/** The public stream of flashblocks. */
interface PublicStream {
  readonly clients: number
  publish(flashblock: StreamFlashblock, number: bigint): void
}
