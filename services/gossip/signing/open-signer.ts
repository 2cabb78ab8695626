import { parseHeaderLines, readHeadersFile } from '#json-rpc/header-lines.ts'
import { readNetworkKey } from '#libp2p/network-key-file.ts'
import type { Context } from '#services/gossip/ports.ts'
import { type BlockSigner, keySigner } from './block-signer.ts'
import { RemoteSigner } from './remote-signer.ts'
import { type RemoteSettings, remoteSettings, type SignerSettings } from './signer-settings.ts'

/** What a signer needs besides its settings. */
export interface SignerParts extends Pick<Context, 'clock' | 'log'> {
  readonly l2ChainId: bigint
}

/**
 * Opens the signer of the settings; undefined if this node signs no blocks.
 *
 * @throws Fault `settings` if settings contradict each other; `bad-key`, `file-refused` for a file
 */
export async function openSigner(
  settings: SignerSettings,
  parts: SignerParts,
): Promise<BlockSigner | undefined> {
  const remote = remoteSettings(settings)
  if (remote !== undefined) return openRemote(remote, parts)
  const { p2pSequencerKeyFile: path } = settings
  return path === undefined ? undefined : keySigner(parts.l2ChainId, await readNetworkKey(path))
}

function openRemote(settings: RemoteSettings, { clock, l2ChainId, log }: SignerParts) {
  const { signerUrl: url, signerHeader = '' } = settings
  return RemoteSigner.open({
    url,
    address: settings.signerAddress,
    l2ChainId,
    headers: {
      ...parseHeaderLines(signerHeader, '--signer-header').get(''),
      ...readHeadersFile(settings.signerHeadersFile, [url])(url),
    },
    tlsFiles: {
      caFile: settings.signerTlsCaFile,
      certFile: settings.signerTlsCertFile,
      keyFile: settings.signerTlsKeyFile,
    },
    timeoutMs: settings.signerTimeoutMs,
    clock,
    onTlsProblem: (problem) => {
      if (problem === undefined) log.info('the TLS files of the signer can be used again')
      else
        log.warn(
          { reason: problem.message },
          'the TLS files of the signer cannot be used; the last content stays',
        )
    },
  })
}
