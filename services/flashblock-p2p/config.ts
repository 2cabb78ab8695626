import { isIP } from 'node:net'
import * as z from 'zod'
import { chainSettings } from '#runtime/settings/chain-settings.ts'
import {
  listOf,
  milliseconds,
  onOff,
  port,
  secret,
  shownDefault,
  url,
  want,
} from '#runtime/settings/setting-kinds.ts'

const ipAddress = () =>
  want(
    z.string().refine((text) => isIP(text) !== 0),
    'an IP address, such as 192.0.2.1',
  )

/** Settings of flashblock-p2p. */
export const config = z.strictObject({
  ...chainSettings.shape,
  dataDir: want(z.string(), 'a folder; it is created if it does not exist').describe(
    'folder of the key of the builder',
  ),
  flashblockKeyFile: shownDefault(
    want(z.string().optional(), 'a file with 64 bytes of hex; it is created if it does not exist'),
    'builder-key.hex in --data-dir',
  ).describe(
    'ed25519 key of the builder, which determines its peer id; the key of an op-rbuilder can be used',
  ),
  flashblockListenIp: ipAddress().default('0.0.0.0').describe('address for other builders'),
  flashblockListenTcp: port().default(9_009).describe('TCP port for other builders'),
  flashblockKnownPeers: want(
    z.string().default(''),
    'multiaddrs with commas, such as /ip4/192.0.2.1/tcp/9009/p2p/12D3KooW…',
  ).describe('the other builders, with which flashblocks are exchanged; all others are refused'),
  flashblockUnsigned: onOff()
    .default(false)
    .describe(
      'accept flashblocks without an authorization of the sequencer, as those of op-rbuilder; then the list of known peers alone decides who may build',
    ),
  flashblockFollow: secret(listOf(url(['ws', 'wss'], 'ws://localhost:1111')).optional()).describe(
    'public streams of flashblocks to follow, of builders or proxies: the engine executes their flashblocks, rpc answers `pending` from them, and the public stream of this node has them too',
  ),
  flashblockAckMs: milliseconds(0, 1_000)
    .default(20)
    .describe(
      'longest time for which a flashblock waits for its first acknowledgement of another builder before it is public; 0: it does not wait',
    ),
  flashblockStreamHost: ipAddress()
    .default('127.0.0.1')
    .describe('address of the public stream of flashblocks over WebSocket'),
  flashblockStreamPort: port().default(1_111).describe('port of the public stream'),
})
