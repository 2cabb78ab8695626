import * as z from 'zod'
import { headerLinesProblem, isHeaderLine } from '#json-rpc/header-lines.ts'
import { fromHex, toAddress } from '#protocol/codec/hex.ts'
import type { Address } from '#protocol/primitives.ts'
import { Fault } from '#runtime/fault.ts'
import { hexKeyProblem } from '#runtime/keys/hex-key.ts'
import { certificateProblem, privateKeyProblem } from '#runtime/keys/pem.ts'
import { milliseconds, readableFile, secret, url, want } from '#runtime/settings/setting-kinds.ts'

const address = () =>
  want(
    z
      .string()
      .regex(/^0x[0-9a-f]{40}$/iu)
      .transform((text) => toAddress(fromHex(text))),
    'an address, such as 0x1a642f0e3c3af545e7acbd38b07251b3990914f1',
  )

/** Settings of the signer of blocks, which is a key file or a remote signer. */
export const signerSettings = z.strictObject({
  p2pSequencerKeyFile: readableFile('32 bytes of hex', hexKeyProblem)
    .optional()
    .describe('key that signs the blocks of the sequencer; never the key of the host'),
  signerUrl: url(['http', 'https'], 'https://signer:8080')
    .optional()
    .describe(
      'remote signer of the blocks of the sequencer, such as op-signer, instead of --p2p-sequencer-key-file',
    ),
  signerAddress: address()
    .optional()
    .describe('account with which the remote signer signs; required with --signer-url'),
  signerHeader: secret(
    want(z.string().refine(isHeaderLine).optional(), 'a header, as in Name: value'),
  ).describe(
    'header of each request to the remote signer; better put a secret into --signer-headers-file',
  ),
  signerHeadersFile: readableFile('one header per line', headerLinesProblem)
    .optional()
    .describe('file with headers for the remote signer, as in Authorization: Bearer KEY'),
  signerTlsCaFile: readableFile('certificate authorities, PEM', certificateProblem)
    .optional()
    .describe(
      'certificate authorities of the remote signer, by default those of Node.js; the file may be replaced while the node runs, like the next two',
    ),
  signerTlsCertFile: readableFile('a certificate, PEM', certificateProblem)
    .optional()
    .describe('certificate of this node for the remote signer'),
  signerTlsKeyFile: readableFile('a private key, PEM', privateKeyProblem)
    .optional()
    .describe('key of the certificate of --signer-tls-cert-file'),
  signerTimeoutMs: milliseconds(10, 60_000)
    .default(1_500)
    .describe(
      'timeout of one signature by the remote signer; the sequencer asks four times in all for a block',
    ),
})

/** Values of the settings of the signer. */
export type SignerSettings = z.output<typeof signerSettings>

/** Settings that have no effect without --signer-url. */
const onlyWithUrl = {
  signerAddress: '--signer-address',
  signerHeader: '--signer-header',
  signerHeadersFile: '--signer-headers-file',
  signerTlsCaFile: '--signer-tls-ca-file',
  signerTlsCertFile: '--signer-tls-cert-file',
  signerTlsKeyFile: '--signer-tls-key-file',
} as const satisfies Partial<Record<keyof SignerSettings, string>>

/** The settings of a remote signer. */
export interface RemoteSettings extends Omit<SignerSettings, 'signerUrl' | 'signerAddress'> {
  readonly signerUrl: string
  readonly signerAddress: Address
}

/**
 * The settings of the remote signer; undefined without a remote signer.
 *
 * @throws Fault `settings` if settings contradict each other, or if a setting requires another setting that is missing
 */
export function remoteSettings(settings: SignerSettings): RemoteSettings | undefined {
  const { signerUrl, signerAddress } = settings
  if (signerUrl === undefined) {
    const [key] = Object.entries(settings)
      .filter(([, value]) => value !== undefined)
      .map(([name]) => onlyWithUrl[name as keyof typeof onlyWithUrl])
      .filter((flag) => flag !== undefined)
    return key === undefined ? undefined : wrong(`${key} needs --signer-url`)
  }
  if (settings.p2pSequencerKeyFile !== undefined)
    return wrong('--p2p-sequencer-key-file and --signer-url are both given: blocks have one signer')
  if (signerAddress === undefined) return wrong('--signer-url needs --signer-address')
  const { signerTlsCaFile: ca, signerTlsCertFile: cert, signerTlsKeyFile: key } = settings
  if ((cert === undefined) !== (key === undefined))
    return wrong('--signer-tls-cert-file and --signer-tls-key-file must be given together')
  const hasTls = (ca ?? cert) !== undefined
  if (hasTls && !signerUrl.startsWith('https:'))
    return wrong(
      '--signer-url is not an https URL, so that the files of --signer-tls-… have no effect',
    )
  return { ...settings, signerUrl, signerAddress }
}

function wrong(detail: string): never {
  throw new Fault('settings', { detail })
}
