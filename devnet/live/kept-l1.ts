import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import * as z from 'zod'
import type { HardforkTimes } from '#protocol/chains/hardforks.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { closeAll } from '#runtime/close-all.ts'
import { type Clock, sleep } from '#runtime/clock.ts'
import { isFault, isSystemError } from '#runtime/fault.ts'
import { type Anvil, startAnvil } from '#devnet/l1/anvil.ts'
import { serveBeaconApi } from '#devnet/l1/beacon-api.ts'
import { createRollup } from '#devnet/rollup/create-rollup.ts'
import { l1SafeDistance, maxDrift, usualWindowBlocks } from '#devnet/rollup/usual-chain.ts'

/** Options of an L1 whose chain is kept. */
export interface KeptL1Options {
  /** Folder of the chain of L1. */
  readonly folder: string
  /** Folder for the files of the rollup, which the first start writes. */
  readonly rollupFolder: string
  readonly blockSeconds: number
  readonly l1BlockSeconds: number
  readonly forkOffsets: HardforkTimes
  readonly host: string
  readonly rpcPort: number
  readonly beaconPort: number
  readonly clock: Clock
  readonly report: (what: string) => void
}

/** A running L1 whose chain is kept. */
export interface KeptL1 {
  readonly rpcUrl: string
  readonly beaconUrl: string
  /** Process id of anvil. */
  readonly pid: number
  /** Resolves when anvil has ended, for any reason. */
  readonly ended: Promise<void>
  /** Rejects when anvil ends by itself. */
  readonly failed: Promise<never>
  close(): Promise<void>
}

/** Long, since a dump of a long chain takes seconds. */
const timeoutMs = 60_000

const maxDumpBytes = 256 * 1024 * 1024

/** A dump takes at most one part in this many of the time. */
const dumpShare = 10

/**
 * Starts an L1. The first start in a folder creates a rollup on it, and later starts continue its chain. The chain is
 * written to the folder every few seconds and at the end: after a crash, the last L1 blocks are missing, and others
 * replace them.
 *
 * @throws Fault `devnet-part` if anvil does not start; `rpc-port` if the beacon API cannot bind its address
 */
export async function startKeptL1(options: KeptL1Options): Promise<KeptL1> {
  const { beaconPort, clock, folder, host, l1BlockSeconds, report, rpcPort } = options
  const chainFile = join(folder, 'chain.json')
  const isNew = !existsSync(chainFile)
  // anvil makes the genesis block before it reads the chain, so the block must be the same at each start.
  const timeFile = join(folder, 'genesis-time')
  if (isNew) await writeFile(timeFile, String(Math.floor(clock.now() / 1_000)))
  const anvil = await startAnvil({
    blockSeconds: l1BlockSeconds,
    safeDistance: l1SafeDistance,
    host,
    port: rpcPort,
    portFlag: '--rpc-port',
    timestamp: Number(await readFile(timeFile, 'utf8')),
    chainFile: isNew ? undefined : chainFile,
  })
  const endpoints = [{ url: anvil.url, maxResponseBytes: maxDumpBytes }]
  const client = new JsonRpcClient({ endpoints, timeoutMs, rounds: 1, clock })
  const closing = [() => anvil.stop(), () => client.close()]
  const close = () => closeAll(closing)
  try {
    if (isNew) {
      const { rollupFolder, blockSeconds, forkOffsets } = options
      const chain = { blockSeconds, forkOffsets, windowBlocks: usualWindowBlocks, maxDrift }
      const { portal } = await createRollup({ l1: client, folder: rollupFolder, ...chain })
      report(`new rollup in ${rollupFolder}, the deposit contract is ${portal}`)
      await writeChain(client, chainFile)
    }
    const beacon = await serveBeaconApi({
      l1: client,
      anvilUrl: anvil.url,
      host,
      port: beaconPort,
    })
    closing.push(() => beacon.close())
    closing.push(keepChain({ ...options, client, anvil, chainFile }))
    const { ended, failed, pid, url: rpcUrl } = anvil
    return { rpcUrl, beaconUrl: beacon.url, pid, ended, failed, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Writes the chain again and again. @returns what ends this, and writes the chain for the last time */
function keepChain({
  anvil,
  chainFile,
  client,
  clock,
  l1BlockSeconds,
  report,
}: Pick<KeptL1Options, 'clock' | 'l1BlockSeconds' | 'report'> & {
  readonly anvil: Anvil
  readonly chainFile: string
  readonly client: JsonRpcClient
}): () => Promise<void> {
  const stopping = new AbortController()
  void anvil.ended.then(() => stopping.abort())
  const write = async () => {
    try {
      await writeChain(client, chainFile)
    } catch (error) {
      if (!isFault(error) && !(error instanceof JsonRpcError) && !isSystemError(error)) throw error
      report(`the chain of L1 was not written: ${error.message}`)
    }
  }
  const keep = async () => {
    let pauseMs = l1BlockSeconds * 1_000
    while (await sleep(clock, pauseMs, stopping.signal)) {
      const startedMs = clock.monotonicMs()
      await write()
      const tookMs = clock.monotonicMs() - startedMs
      pauseMs = Math.max(l1BlockSeconds * 1_000, dumpShare * tookMs)
    }
  }
  const kept = keep()
  return async () => {
    const isRunning = !stopping.signal.aborted
    stopping.abort()
    await kept
    if (isRunning) await write()
  }
}

/** Writes the whole chain, which anvil returns as gzipped JSON. A crash leaves the file of an earlier call. */
async function writeChain(client: JsonRpcClient, file: string): Promise<void> {
  const dump = parseJson(z.string(), await client.call('anvil_dumpState', [false]), 'chain')
  await writeFile(`${file}.new`, await promisify(gunzip)(fromHex(dump)))
  await rename(`${file}.new`, file)
}
