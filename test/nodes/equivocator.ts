import type { SentFlashblock } from '#messages/builder-frame.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import { toPayload } from '#protocol/flashblock/assembly.ts'
import { flashblockSigningHash } from '#protocol/flashblock/builder-signature.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import { linkOf } from '#protocol/flashblock/link.ts'
import type { Random } from '#runtime/random.ts'
import { identityOfPeer } from '#test/fakes/builder-identities.ts'

/** A builder that sometimes signs two flashblocks of one index, both with right block hashes. */
export class Equivocator {
  readonly #node: number
  readonly #random: Random
  /** Numbers of the blocks of which it signed two flashblocks of one index. */
  readonly blocks = new Set<bigint>()

  constructor(node: number, random: Random) {
    this.#node = node
    this.#random = random
  }

  /** Another flashblock of the same index; undefined if the builder is honest this time. */
  forge(
    node: number,
    sent: SentFlashblock,
    flashblocks: readonly Flashblock[],
  ): SentFlashblock | undefined {
    if (node !== this.#node || !this.#random.chance(0.1)) return undefined
    const { authorization, builder, flashblock, previousLink } = sent
    const { diff, index, payloadId } = flashblock
    const base = flashblocks[0]?.base
    // Both are valid: only another transaction makes another block.
    if (base === undefined || index === 0 || diff.transactions.length === 0) return undefined
    this.blocks.add(sent.number)
    const before = flashblocks.slice(0, index + 1).flatMap((each) => each.diff.transactions)
    const changed = { ...diff, transactions: diff.transactions.slice(0, -1) }
    const blockHash = hashPayload(toPayload(base, changed, before.slice(0, -1)))
    const { epoch = 0n, l2ChainId = 0n } = authorization?.authorization ?? {}
    const link = linkOf(previousLink, { blockHash, index })
    const hash = flashblockSigningHash({ epoch, l2ChainId, link, payloadId })
    const signature = identityOfPeer(builder).sign(hash)
    return { ...sent, flashblock: { ...flashblock, diff: { ...changed, blockHash } }, signature }
  }
}
