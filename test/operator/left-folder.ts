import { randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { replayL1, type ReplayedL1 } from '#records/replay/replay-record.ts'
import { systemClock } from '#runtime/clock.ts'
import { SpawnedNode } from './spawned-node.ts'

/** Serves the L1 of a record up to a block. */
export async function serveL1(record: string, head: bigint): Promise<ReplayedL1> {
  const ports = { host: '127.0.0.1', rpcPort: 0, beaconPort: 0 }
  const l1 = await replayL1(record, { ...ports, clock: systemClock })
  l1.chain.moveHead(head)
  return l1
}

/** In the records of the forks up to Karst, each L1 block from block 2 on makes this number of L2 blocks safe. */
const blocksEach = 6n

/** The safe head at an L1 block. */
export function safeAt(l1Head: bigint): bigint {
  return (l1Head - 1n) * blocksEach
}

/** Folders that nodes left on disk, each with the data of a node and of its execution client, and their JWT secret. */
export interface LeftFolders {
  readonly stopped: string
  /** The folder of a killed node. This folder has more files, such as write-ahead logs of databases. */
  readonly killed: string
  readonly jwtSecret: string
}

/** Runs a node that is stopped at L1 block 3, and then, in the same folder, a node that is killed at L1 block 5. */
export async function leaveFolders(record: string, folder: string): Promise<LeftFolders> {
  const [alive, stopped, killed] = ['alive', 'stopped', 'killed'].map((name) => join(folder, name))
  if (alive === undefined || stopped === undefined || killed === undefined) throw new Error()
  mkdirSync(alive, { recursive: true })
  const jwtSecret = randomBytes(32).toString('hex')
  writeFileSync(join(alive, 'jwt.hex'), jwtSecret)
  const l1 = await serveL1(record, 3n)
  try {
    const options = { record, l1, folder: alive, jwtSecret }
    const first = await SpawnedNode.start(options)
    await first.until('the first blocks', () => first.safe === safeAt(3n))
    await first.stop()
    cpSync(alive, stopped, { recursive: true })
    l1.chain.moveHead(5n)
    const second = await SpawnedNode.start(options)
    await second.until('further blocks', () => second.safe === safeAt(5n))
    await second.kill(() => cpSync(alive, killed, { recursive: true }))
  } finally {
    await l1.close()
  }
  rmSync(alive, { recursive: true })
  return { stopped, killed, jwtSecret }
}

/** Paths of all files below a folder, relative to it. */
export function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .toSorted()
}
