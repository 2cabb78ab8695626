import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { publishPayloadRequestCodec } from '#messages/publish-payload.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { isSystemError } from '#runtime/fault.ts'
import type { Context, SealedFile } from '#services/sequencer/ports.ts'
import { replaceFile } from './replace-file.ts'

/** Name of the file in the data folder. */
export const sealedFileName = 'last-sealed-block'

/**
 * The file of the last block that may have been published. After a crash between the publication and the insertion of a
 * block, the same block is inserted, so that this sequencer never makes two blocks at one height.
 */
export function openSealedFile(folder: string, log: Pick<Context['log'], 'warn'>): SealedFile {
  const path = join(folder, sealedFileName)
  return {
    load: async () => {
      try {
        const { payload } = publishPayloadRequestCodec.decode(await readFile(path))
        if (hashPayload(payload) === payload.blockHash) return payload
        log.warn({ path }, 'the file of the last sealed block is damaged, and is not used')
      } catch (error) {
        if (isSystemError(error) && error.code === 'ENOENT') return undefined
        if (!(error instanceof DecodeError) && !isSystemError(error)) throw error
        log.warn(
          { path, error },
          'the file of the last sealed block cannot be read, and is not used',
        )
      }
      return undefined
    },
    store: (payload) => replaceFile(path, publishPayloadRequestCodec.encode({ payload })),
  }
}
