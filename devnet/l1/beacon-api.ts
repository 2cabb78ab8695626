import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as z from 'zod'
import { quantityJson, toQuantity } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { listenFault } from '#runtime/listen-fault.ts'
import { toError } from '#runtime/fault.ts'

/** Options of the beacon API of an L1. */
export interface BeaconApiOptions {
  readonly l1: JsonRpcClient
  /** URL of anvil, which serves the blobs of a block by the number of the block. */
  readonly anvilUrl: string
  readonly host: string
  readonly port: number
}

/** A running beacon API. */
export interface BeaconApi {
  readonly url: string
  close(): Promise<void>
}

const blockJson = z.looseObject({ number: quantityJson, timestamp: quantityJson })

/** One slot per second, since the L1 of a devnet may skip times. */
const slotSeconds = 1

/**
 * Serves what a rollup node needs of the beacon API: its version, the slot times, and the blobs of a slot. The beacon API
 * of anvil is not enough: it takes the number of a block for its slot.
 *
 * @throws Fault `rpc-port` if the address cannot be bound
 */
export async function serveBeaconApi(options: BeaconApiOptions): Promise<BeaconApi> {
  const { host, port } = options
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => response.destroy(toError(error)))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const name = { what: 'the beacon API of the devnet', portFlag: '--port-base' }
      reject(listenFault('rpc-port', cause, { ...name, host, port }))
    })
    server.listen(port, host, resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://${host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  options: BeaconApiOptions,
  { url }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const data = await dataAt(options, new URL(url ?? '/', 'http://beacon'))
  const found = data === undefined ? { code: 404, message: 'not found' } : { data }
  response.writeHead(data === undefined ? 404 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(found))
}

/** @returns undefined for an unknown path, or a slot without a block */
async function dataAt(
  { anvilUrl, l1 }: BeaconApiOptions,
  { pathname: path, searchParams }: URL,
): Promise<unknown> {
  // op-node asks for the version when it starts.
  if (path === '/eth/v1/node/version') return { version: 'anvil' }
  if (path === '/eth/v1/config/spec') return { SECONDS_PER_SLOT: String(slotSeconds) }
  const genesis = await blockOf(l1, '0x0')
  if (path === '/eth/v1/beacon/genesis') return { genesis_time: String(genesis.timestamp) }
  const [, slot] = /^\/eth\/v1\/beacon\/blobs\/(\d{1,10})$/u.exec(path) ?? []
  if (slot === undefined) return undefined
  const number = await numberAt(l1, genesis.timestamp + BigInt(slot) * BigInt(slotSeconds))
  if (number === undefined) return undefined
  // Clients repeat the parameter for each blob. anvil uses only the last one, but accepts several hashes in one parameter.
  const hashes = searchParams.getAll('versioned_hashes').join()
  const query = hashes === '' ? '' : `?versioned_hashes=${hashes}`
  const blobs = await fetch(`${anvilUrl}/eth/v1/beacon/blobs/${number}${query}`)
  const { data } = (await blobs.json()) as { readonly data?: unknown }
  return data
}

/** The number of the block with a timestamp; undefined if there is none. */
async function numberAt(l1: JsonRpcClient, timestamp: bigint): Promise<bigint | undefined> {
  let [low, high] = [0n, (await blockOf(l1, 'latest')).number]
  while (low <= high) {
    const middle = (low + high) / 2n
    const block = await blockOf(l1, toQuantity(middle))
    if (block.timestamp === timestamp) return middle
    if (block.timestamp < timestamp) low = middle + 1n
    else high = middle - 1n
  }
  return undefined
}

async function blockOf(l1: JsonRpcClient, which: string) {
  return parseJson(blockJson, await l1.call('eth_getBlockByNumber', [which, false]), 'block')
}
