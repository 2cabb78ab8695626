import { isIP } from 'node:net'
import * as z from 'zod'
import { parseSubnet } from '#libp2p/ip-address.ts'
import { defaultMaxAgeSeconds } from '#protocol/p2p/block-age.ts'
import { chainSettings } from '#runtime/settings/chain-settings.ts'
import {
  listOf,
  onOff,
  oneOf,
  port,
  seconds,
  shownDefault,
  want,
  wholeNumber,
} from '#runtime/settings/setting-kinds.ts'
import { signerSettings } from './signing/signer-settings.ts'

const ipAddress = () =>
  want(
    z.string().refine((text) => isIP(text) !== 0),
    'an IP address, such as 192.0.2.1',
  )

const bootnode = () =>
  want(
    z.string().regex(/^(?:enr:[A-Za-z0-9_-]{1,400}|enode:\/\/[0-9a-f]{128}@\S{1,300})$/u),
    'a node record or an enode URL, such as enr:-J24QNz9…',
  )

const subnet = () =>
  want(
    z
      .string()
      .regex(/^[0-9a-f:.]+\/\d{1,3}$/iu)
      .refine((text) => parseSubnet(text) !== undefined),
    'a subnet, such as 10.0.0.0/8',
  )

/** A peer with its address. Only the form is checked here. The parts are checked when the host dials the peer. */
const peerAddress = () =>
  want(
    z
      .string()
      .regex(/^\/(?:ip4|ip6|dns|dns4|dns6)\/[^/]+\/tcp\/\d{1,5}\/p2p\/[A-Za-z0-9]{46,53}$/u),
    'a multiaddr of a peer, such as /ip4/192.0.2.1/tcp/9222/p2p/16Uiu2HA…',
  )

/** Settings of gossip. */
export const config = z.strictObject({
  ...chainSettings.shape,
  dataDir: want(z.string(), 'a folder; it is created if it does not exist').describe(
    'folder of the network key, and of the known peers and bans',
  ),
  p2pKeyFile: shownDefault(
    want(z.string().optional(), 'a file with 32 bytes of hex; it is created if it does not exist'),
    'p2p-key.hex in --data-dir; for a whole node, in its folder gossip',
  ).describe(
    'private key of the host, which determines its peer id; the key of an op-node can be used',
  ),
  p2pListenIp: ipAddress().default('0.0.0.0').describe('address on which peers are accepted'),
  p2pListenTcp: port().default(9_222).describe('TCP port of the host; 0 takes any free port'),
  p2pListenUdp: port().default(9_222).describe('UDP port of discovery; 0 takes any free port'),
  p2pAdvertiseIp: want(
    z
      .string()
      .regex(/^(?:[0-9A-Za-z-]+\.)*[0-9A-Za-z-]+$|^[0-9a-f:.]+$/iu)
      .optional(),
    'an IP address or a name, such as 192.0.2.1',
  ).describe(
    'address that is announced to peers, if it is not the address on which the host listens',
  ),
  p2pAdvertiseTcp: shownDefault(port().optional(), '--p2p-listen-tcp').describe(
    'TCP port that is announced with --p2p-advertise-ip',
  ),
  p2pAdvertiseUdp: shownDefault(port().optional(), '--p2p-listen-udp').describe(
    'UDP port that is announced with --p2p-advertise-ip',
  ),
  p2pDiscovery: onOff().default(true).describe('whether peers are found by discv5'),
  p2pBootnodes: shownDefault(
    listOf(bootnode()).optional(),
    'those of op-node and kona-node',
  ).describe('nodes with which discovery begins, instead of the built-in nodes'),
  p2pAgent: shownDefault(
    want(
      z
        .string()
        .regex(/^[\x21-\x7e]{1,100}$/u)
        .optional(),
      'up to 100 letters without spaces',
    ),
    'atoll/VERSION',
  ).describe('name and version that peers see'),
  p2pStaticPeers: listOf(peerAddress())
    .optional()
    .describe(
      'peers to which the host keeps a connection; they are dialed again, and never banned',
    ),
  p2pPeersLo: wholeNumber(0, 1_000)
    .default(20)
    .describe('number of peers below which known peers are dialed'),
  p2pPeersHi: wholeNumber(1, 1_000)
    .default(30)
    .describe('number of peers above which peers are disconnected, down to --p2p-peers-lo'),
  p2pPeersGraceSeconds: seconds(0, 3_600)
    .default(30)
    .describe('time for which a new peer stays connected even if there are too many peers'),
  p2pNetrestrict: listOf(subnet())
    .optional()
    .describe(
      'subnets in which peers are dialed, by default all; static peers are dialed in any subnet',
    ),
  p2pScoring: oneOf(['light', 'none'])
    .default('light')
    .describe('how peers are scored; light is the scoring of op-node'),
  p2pBanPeers: onOff().default(true).describe('whether peers with a bad score are banned'),
  p2pBanThreshold: wholeNumber(-1_000_000, 0)
    .default(-100)
    .describe('score below which a peer is banned'),
  p2pBanSeconds: seconds(1, 31_536_000).default(3_600).describe('how long a ban lasts'),
  p2pMessageId: oneOf(['op-node', 'spec'])
    .default('op-node')
    .describe(
      "form of the ids of messages: op-node's, which nearly all peers use, or that of the specs and kona-node",
    ),
  p2pMeshD: wholeNumber(1, 100)
    .default(8)
    .describe('number of peers that gossip wants in the mesh of a topic'),
  p2pMeshDlo: wholeNumber(1, 100)
    .default(6)
    .describe('number of peers in a mesh below which more are added'),
  p2pMeshDhi: wholeNumber(1, 100)
    .default(12)
    .describe('number of peers in a mesh above which some are removed'),
  p2pMeshDlazy: wholeNumber(0, 100)
    .default(6)
    .describe('number of peers outside of a mesh that get the ids of new blocks'),
  p2pFloodPublish: onOff()
    .default(true)
    .describe('whether an own block is sent to all peers of its topic, not only to the mesh'),
  p2pServePayloads: onOff()
    .default(true)
    .describe('whether peers may request blocks from this node, as old versions of op-node do'),
  p2pFetchPayloads: onOff()
    .default(false)
    .describe(
      'whether the blocks missing between the unsafe head and a block of gossip are requested from peers; otherwise they come from L1',
    ),
  // The maximum is so high that it never matters, as in op-node. After a halt of the chain, its blocks are old, and an
  // operator has to raise this setting.
  p2pMaxAgeSeconds: seconds(1, 1_000_000_000)
    .default(Number(defaultMaxAgeSeconds))
    .describe('age above which a block from peers is rejected'),
  ...signerSettings.shape,
})

/** Values of the settings of gossip. */
export type Settings = z.output<typeof config>
