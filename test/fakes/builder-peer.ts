import { randomBytes } from 'node:crypto'
import type { Acknowledgement, BuilderFrame, SentFlashblock } from '#messages/builder-frame.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { toBytes8, toHash } from '#protocol/codec/hex.ts'
import { toPayload } from '#protocol/flashblock/assembly.ts'
import { authorizationEndMs, authorizationHash } from '#protocol/flashblock/authorization.ts'
import { flashblockSigningHash } from '#protocol/flashblock/builder-signature.ts'
import type { Flashblock, FlashblockBase } from '#protocol/flashblock/flashblock.ts'
import { linkAfter, linkOf } from '#protocol/flashblock/link.ts'
import { signBlock } from '#protocol/p2p/payload-signature.ts'
import type { Hash } from '#protocol/primitives.ts'
import type { KnownPeer } from '#libp2p/known-peers.ts'
import { systemClock } from '#runtime/clock.ts'
import {
  type BuilderNetwork,
  openBuilderNetwork,
} from '#services/flashblock-p2p/network/builder-network.ts'
import { signerKey } from './block-messages.ts'

/** What a builder needs of its chain. */
export interface PeerChain {
  readonly l2ChainId: bigint
  /** A block with a deposit first, of which the flashblocks have all but the transactions of users. */
  readonly block: Payload
}

/** Settings of the builder. */
export interface BuilderPeerOptions {
  readonly key: Uint8Array
  readonly port: number
  readonly others: readonly KnownPeer[]
}

/**
 * A builder in this process that makes flashblocks of the child of a block, with right hashes and signatures, and sends
 * them to others over libp2p. The transactions are random bytes. It sends again what others ask for.
 */
export class BuilderPeer {
  readonly #chain: PeerChain
  readonly #network: BuilderNetwork
  readonly #acknowledged = new Map<Hash, ((acknowledgement: Acknowledgement) => void)[]>()
  readonly #payloadId = toBytes8(randomBytes(8))
  readonly #base: FlashblockBase
  /** The flashblocks of the block so far. */
  readonly flashblocks: Flashblock[] = []
  epoch = BigInt(Date.now())

  private constructor(chain: PeerChain, network: BuilderNetwork) {
    this.#chain = chain
    this.#network = network
    const { parentBeaconBlockRoot = toHash(new Uint8Array(32)), ...block } = chain.block
    const { baseFeePerGas, extraData, feeRecipient, gasLimit, number } = block
    const { parentHash, prevRandao, timestamp } = block
    this.#base = {
      parentBeaconBlockRoot,
      parentHash,
      feeRecipient,
      prevRandao,
      number,
      gasLimit,
      timestamp,
      extraData,
      baseFeePerGas,
    }
  }

  static async open(chain: PeerChain, options: BuilderPeerOptions): Promise<BuilderPeer> {
    const received: { peer: BuilderPeer | undefined } = { peer: undefined }
    const network = await openBuilderNetwork({
      l2ChainId: chain.l2ChainId,
      key: options.key,
      listenIp: '127.0.0.1',
      listenTcp: options.port,
      knownPeers: options.others,
      intervalMs: 250,
      clock: systemClock,
      onFrame: (peer, frame) => received.peer?.receive(peer, frame),
      onBlock: () => undefined,
      onPeer: () => undefined,
      onCount: () => undefined,
    })
    received.peer = new BuilderPeer(chain, network)
    return received.peer
  }

  /** Number of builders that acknowledge. */
  get connected(): number {
    return this.#network.peers().filter(({ protocolId }) => protocolId !== undefined).length
  }

  /** Handles a frame of another builder. */
  receive(peer: string, frame: Exclude<BuilderFrame, { kind: 'hello' }>): void {
    if (frame.kind === 'acknowledgement') {
      const { acknowledgement } = frame
      for (const listener of this.#acknowledged.get(acknowledgement.blockHash) ?? [])
        listener(acknowledgement)
    } else if (frame.kind === 'request') {
      for (const flashblock of this.flashblocks.slice(frame.fromIndex))
        this.#network.sendTo(peer, { kind: 'flashblock', sent: this.#signed(flashblock) })
    }
  }

  /** The flashblock that follows the first `index` ones, with random transactions. */
  next(bytes: number, index = this.flashblocks.length): Flashblock {
    const before = this.flashblocks.slice(0, index)
    const users = transactionsOf(bytes)
    const deposits = this.#chain.block.transactions.slice(0, 1)
    const transactions = index === 0 ? [...deposits, ...users] : users
    const all = [...before.flatMap(({ diff }) => diff.transactions), ...transactions]
    const results = {
      stateRoot: toHash(randomBytes(32)),
      receiptsRoot: toHash(randomBytes(32)),
      logsBloom: new Uint8Array(256),
      gasUsed: 21_000n,
      blockHash: toHash(new Uint8Array(32)),
      transactions,
      withdrawalsRoot: toHash(randomBytes(32)),
      blobGasUsed: 0n,
    }
    const blockHash = hashPayload(toPayload(this.#base, results, all))
    const base = index === 0 ? this.#base : undefined
    return { payloadId: this.#payloadId, index, base, diff: { ...results, blockHash } }
  }

  /** Sends a flashblock. @returns a promise of the first acknowledgement with a status */
  send(flashblock: Flashblock, status: Acknowledgement['status']): Promise<Acknowledgement> {
    const { blockHash } = flashblock.diff
    this.flashblocks.splice(flashblock.index, Infinity, flashblock)
    const acknowledged = Promise.withResolvers<Acknowledgement>()
    const listener = (acknowledgement: Acknowledgement) => {
      if (acknowledgement.status === status) acknowledged.resolve(acknowledgement)
    }
    this.#acknowledged.set(blockHash, [...(this.#acknowledged.get(blockHash) ?? []), listener])
    this.#network.send(this.#signed(flashblock), this.flashblocks)
    return acknowledged.promise
  }

  close(): Promise<void> {
    return this.#network.close()
  }

  /** The permission is that of a late block, which lasts for a second from now. */
  #signed(flashblock: Flashblock): SentFlashblock {
    const before = this.flashblocks.slice(0, flashblock.index)
    const { l2ChainId } = this.#chain
    const { identity } = this.#network
    const { number, parentHash, timestamp } = this.#base
    const { index, payloadId } = flashblock
    const { epoch } = this
    const authorization = {
      l2ChainId,
      parentHash,
      number,
      timestamp,
      payloadId,
      epoch,
      builder: identity.peerId,
      notAfterMs: authorizationEndMs(timestamp, BigInt(Date.now())),
    }
    const previousLink = linkAfter(parentHash, before)
    const link = linkOf(previousLink, { blockHash: flashblock.diff.blockHash, index })
    return {
      number,
      flashblock,
      previousLink,
      authorization: {
        authorization,
        signature: signBlock(authorizationHash(authorization), signerKey),
      },
      builder: identity.peerId,
      signature: identity.sign(flashblockSigningHash({ epoch, l2ChainId, link, payloadId })),
    }
  }
}

/** Size of a transaction: the average on public chains. */
const transactionBytes = 200

function transactionsOf(bytes: number): readonly Uint8Array[] {
  const count = Math.max(1, Math.round(bytes / transactionBytes))
  return Array.from({ length: count }, () => {
    const raw = randomBytes(transactionBytes)
    raw[0] = 2
    return new Uint8Array(raw)
  })
}
