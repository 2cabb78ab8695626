import { createSecureContext } from 'node:tls'
import { Fault, toError } from '#runtime/fault.ts'
import { certificateProblem, privateKeyProblem } from '#runtime/keys/pem.ts'
import { readSecretFile } from '#runtime/keys/secret-file.ts'

/** Paths of the files with which a client connects to a server. All are PEM. */
export interface TlsFiles {
  /** Certificate authorities of the server; undefined: those of Node.js. */
  readonly caFile: string | undefined
  /** Certificate that the client presents; undefined: none. */
  readonly certFile: string | undefined
  /** Private key of the certificate. */
  readonly keyFile: string | undefined
}

/** The content of {@link TlsFiles}. */
export interface TlsContent {
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
}

/**
 * Reads the files, and checks that each has the right content and that the key belongs to the certificate.
 *
 * @throws Fault `bad-key` for a missing file or wrong content; `file-refused` for a file that cannot be read
 */
export async function readTlsFiles({ caFile, certFile, keyFile }: TlsFiles): Promise<TlsContent> {
  const content = {
    ca: await readPem(caFile, certificateProblem),
    cert: await readPem(certFile, certificateProblem),
    key: await readPem(keyFile, privateKeyProblem),
  }
  try {
    createSecureContext(content)
  } catch (cause) {
    const files = [caFile, certFile, keyFile].filter((path) => path !== undefined).join(', ')
    throw new Fault('bad-key', { detail: `${files}: ${toError(cause).message}`, cause })
  }
  return content
}

async function readPem(
  path: string | undefined,
  problemOf: (text: string) => string | undefined,
): Promise<string | undefined> {
  if (path === undefined) return undefined
  const text = await readSecretFile(path)
  const problem = text === undefined ? 'it is missing' : problemOf(text)
  if (problem !== undefined) throw new Fault('bad-key', { detail: `${path}: ${problem}` })
  return text
}
