import { DecodeError } from '#protocol/codec/decode-error.ts'
import { parseEnode } from '#protocol/p2p/enode.ts'
import { parseRecord } from '#protocol/p2p/enr-text.ts'

/** Checks a bootnode. @returns its flaw; undefined if it is valid */
export function bootnodeProblem(text: string): string | undefined {
  try {
    if (text.startsWith('enode:')) parseEnode(text)
    else parseRecord(text)
    return undefined
  } catch (error) {
    if (error instanceof DecodeError) return error.message
    throw error
  }
}
