import * as z from 'zod'
import { hexKeyProblem } from '#runtime/keys/hex-key.ts'
import { chainSettings } from '#runtime/settings/chain-settings.ts'
import {
  listOf,
  onOff,
  port,
  readableFile,
  shownDefault,
  url,
  want,
  wholeNumber,
} from '#runtime/settings/setting-kinds.ts'

/** Settings of rpc. */
export const config = z.strictObject({
  ...chainSettings.shape,
  p2pDisable: onOff()
    .default(false)
    .describe('run without gossip, so that all blocks come from L1'),
  sequencerEnabled: onOff()
    .default(false)
    .describe(
      'run the sequencer, which makes the blocks of the chain; peers accept them only if they are signed, with --p2p-sequencer-key-file or --signer-url',
    ),
  executionRpcUrl: url(['http', 'https', 'ws', 'wss'], 'http://127.0.0.1:8545')
    .optional()
    .describe(
      "JSON-RPC of the engine's execution client, by which the rollup node's JSON-RPC answers calls with pending, from flashblocks; by default it does not",
    ),
  executionRpcPassOn: onOff()
    .default(true)
    .describe(
      "with --execution-rpc-url: whether the rollup node's JSON-RPC passes all other methods on to the execution client, except for those that control it (admin, debug, engine, miner, personal) or use its keys",
    ),
  rpcAddr: z
    .string()
    .default('127.0.0.1')
    .describe("address of the rollup node's JSON-RPC, which has no authentication"),
  rpcPort: port()
    .default(9_545)
    .describe("port of the rollup node's JSON-RPC, for HTTP and WebSocket; 0 takes any free port"),
  rpcCors: shownDefault(
    listOf(want(z.string().regex(/^(?:\*|https?:\/\/[^/,\s]+)$/u), 'an origin, or *')).default([
      '*',
    ]),
    '*',
  ).describe('origins of the web pages that may use the JSON-RPC, such as https://example.org'),
  rpcMaxRequestsPerClient: wholeNumber(1, 10_000)
    .default(100)
    .describe(
      'limit on the open HTTP requests and WebSockets of one IP address, and on its refused requests in ten seconds before a ban; raise it behind a proxy, since all clients of the proxy have one address',
    ),
  rpcBanClients: onOff()
    .default(true)
    .describe(
      'whether an IP address with too many refused requests is banned for ten seconds; turn it off behind a proxy, since a ban would affect all clients of the proxy',
    ),
  rpcAdminAddr: z
    .string()
    .default('127.0.0.1')
    .describe('address of the JSON-RPC with the methods that control the node'),
  rpcAdminPort: port()
    .default(9_546)
    .describe(
      'port of the JSON-RPC with all methods, including those that control the node; served only with --rpc-admin-token-file; 0 takes any free port',
    ),
  rpcAdminTokenFile: readableFile('32 bytes of hex', hexKeyProblem)
    .optional()
    .describe(
      'file with the token that clients of --rpc-admin-port send, as Authorization: Bearer TOKEN or as the password in the URL; atoll keys create jwt makes such a file',
    ),
})
