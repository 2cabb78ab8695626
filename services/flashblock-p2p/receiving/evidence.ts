import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { builderFrameCodec, type SentFlashblock } from '#messages/builder-frame.ts'
import { toHex } from '#protocol/codec/hex.ts'
import { isSystemError } from '#runtime/fault.ts'
import { makeFolder } from '#runtime/make-folder.ts'
import type { Context } from '#services/flashblock-p2p/ports.ts'

/** Limit on the files. Later ones are only logged. */
export const maxEvidenceFiles = 100

/** Keeps both flashblocks of a builder that contradicted itself. Anybody can check their signatures. */
export interface Evidence {
  add(sent: readonly [SentFlashblock, SentFlashblock]): Promise<void>
}

/**
 * Keeps evidence in files of a folder: JSON with both flashblocks as frames of Atoll's protocol between builders, in
 * hex. A file that cannot be written is logged, and flashblocks go on.
 */
export function evidenceIn(folder: string, log: Pick<Context['log'], 'error'>): Evidence {
  return {
    add: async (sent) => {
      const [{ builder, flashblock, number }] = sent
      const { index, payloadId } = flashblock
      const fields = { builder, payloadId, index, l2: { number } }
      const path = join(folder, `${number}-${index}-${builder}.json`)
      try {
        await makeFolder(folder)
        const isFull = (await readdir(folder)).length >= maxEvidenceFiles
        if (!isFull) await writeFile(path, `${toText(sent)}\n`)
        const detail = isFull ? `${folder} has ${maxEvidenceFiles} files already` : path
        log.error({ ...fields, evidence: detail }, 'a builder signed two flashblocks of one index')
      } catch (error) {
        if (!isSystemError(error)) throw error
        log.error({ ...fields, error }, 'a builder signed two flashblocks of one index')
      }
    },
  }
}

function toText(sent: readonly [SentFlashblock, SentFlashblock]): string {
  const [{ builder, flashblock, number }] = sent
  const { index, payloadId } = flashblock
  const frames = sent.map((each) =>
    toHex(builderFrameCodec.encode({ kind: 'flashblock', sent: each })),
  )
  return JSON.stringify({ builder, number: number.toString(), payloadId, index, frames }, null, 2)
}
