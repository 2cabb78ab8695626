import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import * as z from 'zod'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { parseL1Block, parseL1Receipts } from './unverified-l1-block.ts'
import type { VerifiedL1Block } from './l1-endpoint.ts'
import { flawOfL1Block, flawOfL1Receipts } from './verify-l1-block.ts'

const [pack, unpack] = [promisify(gzip), promisify(gunzip)]

const lineJson = z.object({ block: z.unknown(), receipts: z.unknown() })

/** Compresses the JSON of a block. The JSON has the form of a line in the file of a recorded chain. */
export function packL1Block({ json }: Pick<VerifiedL1Block, 'json'>): Promise<Uint8Array> {
  return pack(JSON.stringify(json), { level: 1 })
}

/** The JSON of a block. @throws DecodeError if it is damaged */
async function unpackJson(packed: Uint8Array): Promise<VerifiedL1Block['json']> {
  try {
    const text = (await unpack(packed)).toString('utf8')
    const { block, receipts } = parseJson(lineJson, JSON.parse(text), 'line')
    return { block, receipts }
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    throw new DecodeError(`it cannot be unpacked: ${cause.message}`, { cause })
  }
}

/**
 * Unpacks a block and verifies it again, because files may be damaged.
 *
 * @param options `isTrusted`: the block may be of a trusted endpoint, so it is not verified
 * @throws DecodeError that names the flaw
 */
export async function unpackL1Block(
  packed: Uint8Array,
  { isTrusted = false }: { readonly isTrusted?: boolean } = {},
): Promise<VerifiedL1Block> {
  const json = await unpackJson(packed)
  const block = parseL1Block(json.block, { isTrusted })
  const receipts = parseL1Receipts(json.receipts, block)
  if (isTrusted) return { block, receipts, json }
  const flaw = flawOfL1Block(block) ?? flawOfL1Receipts(block, receipts)
  if (flaw !== undefined) throw new DecodeError(flaw)
  return { block, receipts, json }
}
