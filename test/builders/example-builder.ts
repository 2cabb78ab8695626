import { readFile } from 'node:fs/promises'
import type { CreateBuilder } from '#services/sequencer/builders/builder.ts'

/** Puts the transactions of a file at the top of the next block, before those of the pool of an execution client. */
export const createBuilder: CreateBuilder = async ({ log, openEngine }) => {
  const engine = await openEngine({
    url: process.env['BUNDLE_ENGINE_URL'] ?? 'http://127.0.0.1:8651',
    jwtSecretFile: process.env['BUNDLE_JWT_FILE'] ?? 'jwt.hex',
  })
  const file = process.env['BUNDLE_FILE'] ?? 'bundle.txt'
  /** Transactions that are in the chain already. */
  const included = new Set<string>()

  return {
    async start(parent, attributes, signal) {
      for (const transaction of parent.payload.transactions) included.add(toHex(transaction))
      const lines = (await readFile(file, 'utf8')).split('\n')
      const bundle = lines.filter((line) => line.startsWith('0x') && !included.has(line))
      if (bundle.length > 0) log('bundle', { count: bundle.length })
      const transactions = [...attributes.transactions, ...bundle.map(fromHex)]
      return engine.start(parent, { ...attributes, transactions }, signal)
    },
    seal: (job) => engine.seal(job),
    close: () => engine.close(),
  }
}

function toHex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`
}

function fromHex(text: string): Uint8Array {
  return Buffer.from(text.slice(2), 'hex')
}
