import type { ExecutionClient, PayloadId } from '#engine-api/execution-client.ts'
import { openExecutionClient } from '#engine-api/open-client.ts'
import { Fault } from '#runtime/fault.ts'
import { unlessAborted } from '#runtime/unless-aborted.ts'
import type { Builder, EngineAddress } from './builder.ts'
import { MissingBlocks, type MissingBlocksOptions } from './missing-blocks.ts'

/** Timeout of one call. A call that is slower than a block time is of no use. */
const engineTimeoutMs = 2_000

/** Limit on the size of an answer. The largest block that fits on gossip has 20 MiB in hex. */
const maxResponseBytes = 24 * 1024 * 1024

/** A block that an Engine API builds. */
interface EngineJob {
  readonly payloadId: PayloadId
  /** Timestamp of the attributes. */
  readonly timestamp: bigint
}

/** Opens a builder that uses an Engine API. Nothing is sent before the first block. @throws Fault for a bad secret */
export async function openEngineBuilder(
  { jwtSecretFile, url: engineUrl }: EngineAddress,
  context: MissingBlocksOptions,
): Promise<Required<Builder<EngineJob>>> {
  const limits = { engineTimeoutMs, maxResponseBytes }
  const { clock, config } = context
  const options = { engineUrl, jwtSecretFile, config, clock, ...limits }
  const { executionClient, ...opened } = await openExecutionClient(options)
  return { ...engineBuilder(executionClient, context), close: () => opened.close() }
}

/** A builder that uses an execution client. */
export function engineBuilder(
  executionClient: Pick<ExecutionClient, 'build' | 'getPayload' | 'newPayload'>,
  context: MissingBlocksOptions,
): Builder<EngineJob> {
  const { config } = context
  const missing = new MissingBlocks(executionClient, context)
  return {
    async start({ ref, payload, safe, finalized }, attributes, signal) {
      if (ref.number > config.genesis.l2.number) {
        const status = await executionClient.newPayload(payload)
        if (status.kind === 'invalid')
          throw new Error(`it refuses block ${ref.number}, the parent: ${status.reason}`)
        if (status.kind === 'syncing') {
          // Sending the missing blocks may take longer than this block. In that case the sending continues, and a later
          // parent is sent again afterwards.
          await unlessAborted(missing.send(payload), signal)
          await executionClient.newPayload(payload)
        }
      }
      signal.throwIfAborted()
      // The forkchoice is sent even if the builder lacks the parent, because the forkchoice makes the builder fetch the
      // parent.
      const heads = { head: ref.hash, safe: safe.hash, finalized: finalized.hash }
      const built = await executionClient.build(heads, attributes)
      switch (built.kind) {
        case 'started':
          return { payloadId: built.payloadId, timestamp: attributes.timestamp }
        case 'syncing': {
          const detail = `the builder lacks block ${ref.number} (${ref.hash}), the parent, or blocks below it`
          throw new Fault('engine-syncing', { detail })
        }
        case 'invalid':
          throw new Error(`it refuses the attributes: ${built.reason}`)
      }
    },
    async seal({ payloadId, timestamp }) {
      const payload = await executionClient.getPayload(payloadId, timestamp)
      if (payload === undefined)
        throw new Error('it no longer knows the block that it was building')
      return payload
    },
  }
}
