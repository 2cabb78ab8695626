import { parseSubnet } from '#libp2p/ip-address.ts'
import { publicLimits } from '#libp2p/open-host.ts'
import type { PeerGate } from '#libp2p/peer-gate.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { PayloadVersion } from '#protocol/p2p/payload-version.ts'
import type { Clock } from '#runtime/clock.ts'
import { version } from '#runtime/version.ts'
import type { Settings } from '#services/gossip/config.ts'
import { staticPeers } from '#services/gossip/peers/known-peers.ts'
import type { Ports } from '#services/gossip/ports.ts'
import { hostAddresses } from './host-addresses.ts'
import type { NetworkSettings } from './open-network.ts'

/** What the network needs beside the settings. */
export interface NetworkParts {
  readonly config: RollupConfig
  /** Private key of the host. */
  readonly key: Uint8Array
  readonly gate: PeerGate
  readonly clock: Clock
  readonly onBusy: (version: PayloadVersion, outcome: 'busy') => void
}

/** The network that the settings of gossip describe. */
export function networkSettings(
  settings: Settings,
  { config, key, gate, clock, onBusy }: NetworkParts,
): NetworkSettings {
  return {
    key,
    ...hostAddresses(settings),
    agent: settings.p2pAgent ?? `atoll/${version}`,
    limits: publicLimits,
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
    onBusy: (topic) => onBusy(topic, 'busy'),
  }
}

/** The parts of the outside world that are settings. */
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
