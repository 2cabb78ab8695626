import { createServer } from 'node:net'

/** The ports of a node. */
export interface NodePorts {
  /** JSON-RPC of the execution client, for users. */
  readonly execution: number
  readonly engine: number
  /** JSON-RPC of the rollup node. */
  readonly rollup: number
  readonly admin: number
  readonly p2p: number
  readonly metrics: number
  /** Streams between builders. */
  readonly builderP2p: number
  /** Public stream of flashblocks. */
  readonly stream: number
}

/** Number of ports between two nodes. */
const portsPerNode = 10

/** The port of L1. */
export function l1PortOf(portBase: number): number {
  return portBase
}

/** The port of the beacon API of L1. */
export function beaconPortOf(portBase: number): number {
  return portBase + 1
}

/** The ports of a node, numbered from 1. */
export function nodePortsOf(portBase: number, node: number): NodePorts {
  const first = portBase + node * portsPerNode
  return {
    execution: first,
    engine: first + 1,
    rollup: first + 2,
    admin: first + 3,
    p2p: first + 4,
    metrics: first + 5,
    builderP2p: first + 6,
    stream: first + 7,
  }
}

/** Whether a process can listen on a port of 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
