import type { EndpointPool } from '#l1/endpoint-pool.ts'
import type { L1Endpoint, VerifiedL1Header } from '#l1/l1-endpoint.ts'
import { mayHaveLog } from '#l1/logs-bloom.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import {
  configUpdateEvent,
  unsafeBlockSignerUpdate,
} from '#protocol/derivation/system-config-contract.ts'
import type { Address } from '#protocol/primitives.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import type { HeadAnswer, HeadQuery, HeadReading, L1Head } from '#services/da-watcher/ports.ts'

/** The endpoints from which heads are read, and the contract whose logs may change the unsafe block signer. */
export interface HeadSource {
  readonly pool: EndpointPool<L1Endpoint>
  /** The contract that holds the unsafe block signer. */
  readonly systemConfig: Address
}

/**
 * Queries one endpoint after another until an endpoint has a head that is not below the known head. With
 * `everyEndpoint`, then also reads the newest head of every endpoint, except endpoints that rest after errors.
 */
export async function readHeads(source: HeadSource, query: HeadQuery): Promise<HeadReading> {
  const { pool } = source
  const answers: HeadAnswer[] = []
  try {
    const ask = async (endpoint: L1Endpoint, signal: AbortSignal) => {
      const answer = await readHead(endpoint, { ...source, ...query, signal })
      answers.push(answer)
      const lag = query.known - answer.head.ref.number
      if (lag > 0n) throw behind(endpoint, `it is ${lag} blocks behind`)
    }
    await pool.ask(ask, { kind: 'heads' })
  } catch (fault) {
    if (!isFault(fault)) throw fault
    if (fault.code !== 'l1-behind' || answers.length === 0) return { answers: [...answers], fault }
  }
  if (!query.everyEndpoint) return { answers: [...answers], fault: undefined }
  const others = await pool.askEach(
    (endpoint, signal) => readHead(endpoint, { ...source, withFinality: false, signal }),
    'heads',
  )
  return { answers: [...answers, ...others.map(({ answer }) => answer)], fault: undefined }
}

/** Converts a verified header to a head of L1. */
export function toL1Head({ ref, header }: VerifiedL1Header, systemConfig: Address): L1Head {
  const entries = [systemConfig, configUpdateEvent, unsafeBlockSignerUpdate]
  const mayUpdateSigner = entries.every((entry) => mayHaveLog(header.logsBloom, fromHex(entry)))
  return { ref, mayUpdateSigner }
}

async function readHead(
  endpoint: L1Endpoint,
  {
    withFinality,
    signal,
    systemConfig,
  }: Pick<HeadQuery, 'withFinality'> &
    Pick<HeadSource, 'systemConfig'> & { readonly signal: AbortSignal },
): Promise<HeadAnswer> {
  const labels = withFinality ? (['latest', 'safe', 'finalized'] as const) : (['latest'] as const)
  const [latest, safe, finalized] = await endpoint.fetchLabels(labels, { signal })
  if (latest === undefined) throw behind(endpoint, 'it has no head')
  const head = toL1Head(latest, systemConfig)
  if (!withFinality) return { endpoint: endpoint.name, head, finality: undefined }
  // An endpoint may answer the calls of a batch at different times, so L1 may advance by one block between two answers,
  // but not by two blocks.
  for (const found of [safe, finalized])
    if (found !== undefined && found.ref.number > head.ref.number + 1n)
      throw invalid(endpoint, `it reports block ${found.ref.number} as safe above its head`)
  return {
    endpoint: endpoint.name,
    head,
    finality: { safe: safe?.ref, finalized: finalized?.ref },
  }
}

function behind({ name }: L1Endpoint, what: string): Fault {
  return new Fault('l1-behind', { detail: `${name}: ${what}`, fields: { endpoint: name } })
}

function invalid({ name }: L1Endpoint, what: string): Fault {
  return new Fault('l1-invalid', { detail: `${name}: ${what}`, fields: { endpoint: name } })
}
