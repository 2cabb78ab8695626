import { parseSubnet } from '#libp2p/ip-address.ts'
import { publicLimits } from '#libp2p/open-host.ts'
import type { PeerGate } from '#libp2p/peer-gate.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { signerOf } from '#protocol/p2p/payload-signature.ts'
import type { Clock } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import { version } from '#runtime/version.ts'
import type { Settings } from '#services/gossip/config.ts'
import { staticPeers } from '#services/gossip/peers/known-peers.ts'
import type { Ports } from '#services/gossip/ports.ts'
import type { BlockSigner } from '#services/gossip/signing/block-signer.ts'
import { hostAddresses } from './host-addresses.ts'
import type { NetworkSettings } from './open-network.ts'

/** What the network needs besides the settings. */
export interface NetworkParts extends Pick<
  NetworkSettings,
  'onRpcDropped' | 'onDropped' | 'onFailure'
> {
  readonly config: RollupConfig
  /** Private key of the host. */
  readonly key: Uint8Array
  readonly gate: PeerGate
  readonly clock: Clock
}

/** The network that the settings of gossip describe. */
export function networkSettings(
  settings: Settings,
  { config, key, gate, clock, onDropped, onRpcDropped, onFailure }: NetworkParts,
): NetworkSettings {
  return {
    key,
    ...hostAddresses(settings),
    agent: settings.p2pAgent ?? `atoll/${version}`,
    // More connections than --p2p-peers-hi, so that there is room for new peers, which are kept during their grace
    // period.
    limits: {
      ...publicLimits,
      maxConnections: Math.max(publicLimits.maxConnections, 2 * settings.p2pPeersHi),
    },
    gate,
    clock,
    config,
    messageIdForm: settings.p2pMessageId,
    mesh: {
      d: settings.p2pMeshD,
      dlo: settings.p2pMeshDlo,
      dhi: settings.p2pMeshDhi,
      dlazy: settings.p2pMeshDlazy,
    },
    floodPublish: settings.p2pFloodPublish,
    scoring: settings.p2pScoring,
    onDropped,
    onRpcDropped,
    onFailure,
  }
}

/** Checks settings that depend on each other. @throws Fault `settings` that names two contradictory settings */
export function checkNumbers(settings: Settings): void {
  const ascending = [
    ['p2p-peers-lo', settings.p2pPeersLo, 'p2p-peers-hi', settings.p2pPeersHi],
    ['p2p-mesh-dlo', settings.p2pMeshDlo, 'p2p-mesh-d', settings.p2pMeshD],
    ['p2p-mesh-d', settings.p2pMeshD, 'p2p-mesh-dhi', settings.p2pMeshDhi],
  ] as const
  for (const [lower, low, higher, high] of ascending)
    if (low > high) {
      const detail = `--${lower} (${low}) is above --${higher} (${high})`
      throw new Fault('settings', { detail })
    }
}

/**
 * Checks that the key of the host does not also sign blocks: the host uses its key on every connection.
 *
 * @throws Fault `settings` if the two keys are the same
 */
export function checkKeys(
  host: Uint8Array,
  signer: Pick<BlockSigner, 'account'> | undefined,
): void {
  if (signer?.account.address !== signerOf(host)) return
  const detail = `${signer.account.name} is also the key of the host: give the host its own key`
  throw new Fault('settings', { detail })
}

/** The part of the ports that comes from the settings. */
export function portsOf(
  settings: Settings,
): Pick<Ports, 'fetches' | 'limits' | 'maxAgeSeconds' | 'netrestrict' | 'serves' | 'staticPeers'> {
  const subnets = (settings.p2pNetrestrict ?? []).map((text) => parseSubnet(text))
  return {
    serves: settings.p2pServePayloads,
    fetches: settings.p2pFetchPayloads,
    maxAgeSeconds: BigInt(settings.p2pMaxAgeSeconds),
    limits: {
      lo: settings.p2pPeersLo,
      hi: settings.p2pPeersHi,
      graceMs: settings.p2pPeersGraceSeconds * 1_000,
      banBelow: settings.p2pBanPeers ? settings.p2pBanThreshold : undefined,
      banMs: settings.p2pBanSeconds * 1_000,
    },
    netrestrict: subnets.filter((subnet) => subnet !== undefined),
    staticPeers: staticPeers(settings.p2pStaticPeers ?? []),
  }
}
