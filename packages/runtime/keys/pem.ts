import { createPrivateKey, X509Certificate } from 'node:crypto'
import { toError } from '#runtime/fault.ts'

/** The mistake in the text of a certificate file; undefined if there is none. */
export function certificateProblem(text: string): string | undefined {
  return problemOf('a certificate', () => new X509Certificate(text))
}

/** The mistake in the text of a private key file; undefined if there is none. */
export function privateKeyProblem(text: string): string | undefined {
  return problemOf('a private key', () => createPrivateKey(text))
}

function problemOf(what: string, parse: () => unknown): string | undefined {
  try {
    parse()
    return undefined
  } catch (error) {
    // eslint-disable-next-line atoll/use-caught-error -- the text is part of the mistake in a setting
    return `it is not ${what} in PEM: ${toError(error).message}`
  }
}
