import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { fromHex } from '#protocol/codec/hex.ts'
import { encodeRlp, type RlpItem, uintToRlp } from '#protocol/codec/rlp.ts'

// Packs the upgrade transactions of hardforks into the file that derivation reads.
// Run `node tools/pack-upgrades.ts` after a change of the known answers in test/vectors/derivation.

interface Upgrade {
  readonly intent: string
  readonly from: string
  readonly to: string | null
  readonly gas: number
  readonly data: string
}

interface Bundle {
  readonly transactions: readonly (Omit<Upgrade, 'gas'> & { readonly gasLimit: number })[]
}

const root = join(import.meta.dirname, '..')

const readJson = (name: string): unknown =>
  JSON.parse(readFileSync(join(root, 'test/vectors/derivation', name), 'utf8'))

/** The upgrades of a bundle. Adds the label of the fork and the position, which the `intent` texts of a bundle lack. */
const fromBundle = (fork: string, label: string): readonly Upgrade[] =>
  (readJson(`${fork}_nut_bundle.json`) as Bundle).transactions.map(
    ({ intent, gasLimit, ...rest }, at) => ({
      ...rest,
      intent: `${label} ${at}: ${intent}`,
      gas: gasLimit,
    }),
  )

const fromTable = (fork: string): readonly Upgrade[] =>
  (readJson(`upgrade_txs_${fork}.json`) as { transactions: readonly Upgrade[] }).transactions

const toRlp = ({ intent, from, to, gas, data }: Upgrade): RlpItem => [
  Buffer.from(intent, 'utf8'),
  fromHex(from),
  fromHex(to ?? '0x'),
  uintToRlp(BigInt(gas)),
  fromHex(data),
]

const pack = (upgrades: readonly Upgrade[]): string => {
  const params = { [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS }
  return brotliCompressSync(encodeRlp(upgrades.map(toRlp)), { params }).toString('base64')
}

const packed = {
  ecotone: pack(fromTable('ecotone')),
  fjord: pack(fromTable('fjord')),
  isthmus: pack(fromTable('isthmus')),
  jovian: pack(fromTable('jovian')),
  karst: pack(fromBundle('karst', 'Karst')),
  lagoon: pack(fromBundle('lagoon', 'Interop')),
}
writeFileSync(
  join(root, 'packages/protocol/derivation/upgrades/packed-upgrades.json'),
  `${JSON.stringify(packed, undefined, 2)}\n`,
)
