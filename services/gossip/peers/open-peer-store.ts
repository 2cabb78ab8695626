import type { Logger } from 'pino'
import { isDiskFailure, isUnusableFile, moveAside } from '#runtime/sqlite.ts'
import { PeerStore } from './peer-store.ts'

/** The file of a peer store. */
export interface PeerStoreFile {
  readonly path: string
  /** Chain id of L2. */
  readonly chainId: bigint
  readonly log: Pick<Logger, 'warn'>
}

/**
 * Opens the peer store. A file that is damaged or belongs to another chain is moved aside, since peers can be found
 * again.
 */
export function openPeerStore({ path, chainId, log }: PeerStoreFile): PeerStore {
  try {
    return openChecked(path, chainId)
  } catch (error) {
    if (isDiskFailure(error)) {
      log.warn({ error }, 'the peer store cannot be written: peers are not kept')
      return new PeerStore(':memory:', chainId)
    }
    if (!isUnusableFile(error)) throw error
    const movedTo = moveAside(path)
    log.warn({ error, movedTo }, 'the peer store is unusable and starts empty')
    return new PeerStore(path, chainId)
  }
}

/** Opens the store and reads all tables, because after a kill the write-ahead log may hide damage to the file. */
function openChecked(path: string, chainId: bigint): PeerStore {
  const store = new PeerStore(path, chainId)
  try {
    store.peers()
    store.bans()
    store.blocked()
    store.records()
    store.sentBlocks()
    return store
  } catch (error) {
    store.close()
    throw error
  }
}

/** Writes to the peer store. Gossip continues without it while the disk is full or read-only. */
export function tryToStore(log: Pick<Logger, 'warn'>, write: () => void): void {
  try {
    write()
  } catch (error) {
    if (!isDiskFailure(error)) throw error
    log.warn({ error }, 'the peer store cannot be written')
  }
}
