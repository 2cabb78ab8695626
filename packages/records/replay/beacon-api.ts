import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { listenFault } from '#runtime/listen-fault.ts'
import type { ReplayedBlob, ReplayedChain } from './replayed-chain.ts'

/** A running beacon API. */
export interface BeaconApi {
  readonly url: string
  close(): Promise<void>
}

/** One slot per second, since recorded L1 blocks may have any timestamp. */
const secondsPerSlot = 1

/**
 * Serves the blobs of a record as a beacon node does, with genesis and spec.
 *
 * Sidecars have blob and index only, since a record has no proofs.
 * @throws Fault `rpc-port` if the address cannot be bound
 */
export async function serveBeaconApi(
  chain: ReplayedChain,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<BeaconApi> {
  const server = createServer((request, response) => answer(chain, request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const name = { what: 'the beacon API', portFlag: '--beacon-port' }
      reject(listenFault('rpc-port', cause, { ...name, host, port }))
    })
    server.listen(port, host, resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(chain: ReplayedChain, { url, method }: IncomingMessage, response: ServerResponse) {
  const data = method === 'GET' ? dataAt(chain, new URL(url ?? '/', 'http://beacon')) : undefined
  const found = data === undefined ? { code: 404, message: 'not found' } : { data }
  response.writeHead(data === undefined ? 404 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(found))
}

/** The data of the answer for a path. @returns undefined for an unknown path */
function dataAt(chain: ReplayedChain, { pathname, searchParams }: URL): unknown {
  if (pathname === '/eth/v1/beacon/genesis') return { genesis_time: String(chain.first.timestamp) }
  if (pathname === '/eth/v1/config/spec') return { SECONDS_PER_SLOT: String(secondsPerSlot) }
  const [, what, slot] =
    /^\/eth\/v1\/beacon\/(blobs|blob_sidecars)\/(\d{1,19})$/u.exec(pathname) ?? []
  if (slot === undefined) return undefined
  const timestamp = chain.first.timestamp + BigInt(slot) * BigInt(secondsPerSlot)
  const blobs = chain.findByTimestamp(timestamp)?.blobs
  return what === 'blobs' ? named(blobs, searchParams) : sidecars(blobs, searchParams)
}

function named(blobs: readonly ReplayedBlob[] | undefined, search: URLSearchParams): unknown {
  const hashes = valuesOf(search, 'versioned_hashes')
  return blobs
    ?.filter(({ versionedHash }) => hashes.length === 0 || hashes.includes(versionedHash))
    .map(({ blob }) => blob)
}

function sidecars(blobs: readonly ReplayedBlob[] | undefined, search: URLSearchParams): unknown {
  const indices = valuesOf(search, 'indices')
  return blobs
    ?.filter(({ index }) => indices.length === 0 || indices.includes(String(index)))
    .map(({ index, blob }) => ({ index: String(index), blob }))
}

/** The values of a query parameter, which clients either repeat or separate by commas. */
function valuesOf(search: URLSearchParams, name: string): readonly string[] {
  return search.getAll(name).flatMap((value) => value.split(','))
}
