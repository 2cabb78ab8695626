import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flagsOf, Network } from './network.ts'

/** Seconds between two L2 blocks. */
export const blockSeconds = 1

/** First port of the network. */
export const networkPorts: string = process.env['ATOLL_INTEROP_PORT'] ?? '9700'

const networkFlags = {
  'port-base': networkPorts,
  'l2-block-time': String(blockSeconds),
  'l1-block-time': '2',
  fork: 'karst',
  // With blobs or brotli, op-batcher would wait for the fork that allows them. The forks activate only while Atoll is
  // the sequencer.
  da: 'calldata',
  send: '2',
}

/** A network, and what a test needs in addition. */
export interface Started {
  readonly network: Network
  readonly folder: string
  /** Registers a function to call at the end. The function that was registered last is called first. */
  readonly closing: (close: () => Promise<unknown>) => void
}

/** Runs a network whose sequencers a test replaces, and stops everything afterwards. */
export async function withNetwork(
  flags: Readonly<Record<string, string>>,
  run: (started: Started) => Promise<void>,
): Promise<void> {
  const closes: (() => Promise<unknown>)[] = []
  const closing = (close: () => Promise<unknown>) => closes.push(close)
  try {
    const folder = await mkdtemp(join(tmpdir(), 'atoll-interop-'))
    closing(() => rm(folder, { recursive: true, force: true }))
    const network = await Network.start(
      join(folder, 'network'),
      flagsOf({ ...networkFlags, ...flags }),
    )
    closing(() => network.stop())
    await run({ network, folder, closing })
  } finally {
    for (const close of closes.toReversed()) await close()
  }
}
