import type { L1BlockRef } from '#protocol/block/refs.ts'
import { fromHex, toAddress } from '#protocol/codec/hex.ts'
import type { Address } from '#protocol/primitives.ts'
import type { EndpointPool } from '#l1/endpoint-pool.ts'
import type { L1Endpoint, VerifiedL1Header } from '#l1/l1-endpoint.ts'
import { mayHaveLog } from '#l1/logs-bloom.ts'
import { unsafeBlockSignerSlot } from '#protocol/derivation/system-config-contract.ts'

/** Topics of an update of the system config that says who signs unsafe blocks. */
const updateEvent = fromHex('0x1d2b0bda21d56b8bd12d4f94ebacffdfb35f5e226f84b461103bb8beab6353be')
const signerUpdateType = fromHex(`0x${'00'.repeat(31)}03`)

/** What the signer is read with. */
export interface SignerReaderOptions {
  readonly pool: EndpointPool<L1Endpoint>
  readonly contract: Address
  /** The newest header that is known. */
  readonly newest: () => VerifiedL1Header | undefined
}

/** Reads who signs unsafe blocks, and asks only where a block may have changed it: its header says so. */
export class SignerReader {
  readonly #options: SignerReaderOptions
  #known: { readonly at: L1BlockRef; readonly signer: Address } | undefined

  constructor(options: SignerReaderOptions) {
    this.#options = options
  }

  /** Who signs after a block. @throws Fault that says of each endpoint what is wrong with it */
  async read(at: L1BlockRef): Promise<Address> {
    const known = this.#known
    const isChild = known !== undefined && known.at.hash === at.parentHash
    const signer = isChild && !this.#mayUpdate(at) ? known.signer : await this.#fetch(at)
    this.#known = { at, signer }
    return signer
  }

  #mayUpdate(at: L1BlockRef): boolean {
    const told = this.#options.newest()
    if (told?.ref.hash !== at.hash) return true
    const { logsBloom } = told.header
    const entries = [fromHex(this.#options.contract), updateEvent, signerUpdateType]
    return entries.every((entry) => mayHaveLog(logsBloom, entry))
  }

  #fetch(at: L1BlockRef): Promise<Address> {
    const { pool, contract: address } = this.#options
    return pool.ask(async (endpoint, signal) => {
      const place = { address, slot: unsafeBlockSignerSlot }
      const word = await endpoint.fetchStorage(place, at, { signal })
      return toAddress(word.subarray(-20))
    })
  }
}
