import { certificateProblem, privateKeyProblem } from '#runtime/keys/pem.ts'
import * as z from 'zod'
import { networkName } from '#runtime/settings/chain-settings.ts'
import { busSettings, commandHealthSettings } from '#runtime/settings/service-settings.ts'
import {
  chainId,
  onOff,
  port,
  readableFile,
  shownDefault,
  want,
} from '#runtime/settings/setting-kinds.ts'

/** Settings of a node's NATS server. */
export const natsServer = z
  .string()
  .optional()
  .describe(
    'NATS server program; found on PATH, built from Go or unpacked from Debian if not given',
  )

/** Settings of `atoll bus serve`. */
export const serveSettings = z.strictObject({
  chainId: busSettings.shape.chainId,
  node: busSettings.shape.node,
  dataDir: shownDefault(
    z.string().optional().describe('folder for the store, the configuration and the keys'),
    '~/.atoll/<chain id>/bus, as with atoll node',
  ),
  host: z.string().default('127.0.0.1').describe('address to listen on'),
  port: port().default(4222).describe('port to listen on'),
  natsServer,
  tlsCertFile: readableFile('a certificate, PEM', certificateProblem)
    .optional()
    .describe('certificate of the server, which turns TLS on'),
  tlsKeyFile: readableFile('a private key, PEM', privateKeyProblem)
    .optional()
    .describe('key of the certificate'),
  natsCaFile: busSettings.shape.natsCaFile,
  provision: onOff()
    .default(true)
    .describe('whether to create the streams; turn off where atoll bus provision runs'),
})

/** Settings of `atoll bus provision`. */
export const provisionSettings = z.strictObject({
  ...busSettings.shape,
  once: onOff().default(false).describe('whether to exit when the streams exist'),
  ...commandHealthSettings.shape,
})

/** Settings of `atoll bus config`. */
export const busConfigSettings = z.strictObject({
  chainId: busSettings.shape.chainId,
  node: busSettings.shape.node,
  keysDir: want(z.string(), 'a folder; it is created if it does not exist').describe(
    'folder of the keys, one file for each user, such as engine.nkey; missing keys are created',
  ),
  out: want(z.string(), 'a file').describe('file for the configuration; an older one is replaced'),
  host: z.string().default('0.0.0.0').describe('address on which the server listens'),
  port: port().default(4222).describe('port on which the server listens'),
  monitorPort: port()
    .default(8222)
    .describe('port of the health check of the server, which it serves on 127.0.0.1'),
  storeDir: z.string().default('/data/store').describe('folder of the store of the server'),
})

/** Settings of `atoll bus status`. */
export const statusSettings = z.strictObject({
  dataDir: shownDefault(
    z
      .string()
      .optional()
      .describe(
        'data folder of a local node, its bus or a devnet; it provides the values that other settings do not give',
      ),
    '~/.atoll',
  ),
  network: networkName.optional().describe('network of the node; or give --chain-id'),
  chainId: shownDefault(
    chainId().optional().describe('chain id of the rollup'),
    'that of the only node in --data-dir',
  ),
  node: shownDefault(
    busSettings.shape.node.unwrap().optional().describe('name of the node'),
    'that of the only node in --data-dir, else main',
  ),
  natsUrls: shownDefault(
    busSettings.shape.natsUrls.unwrap().optional().describe('NATS server of the node'),
    'that of the node in --data-dir, else nats://127.0.0.1:4222',
  ),
  natsSeedFile: busSettings.shape.natsSeedFile,
  natsCaFile: busSettings.shape.natsCaFile,
  json: onOff().default(false).describe('whether to print one JSON object'),
})

/** Settings of `atoll peers`. */
export const peersSettings = z.strictObject({
  ...statusSettings.shape,
  known: onOff()
    .default(false)
    .describe('whether to list all known peers, and not only the connected ones'),
})

/** Settings of `atoll status`. */
export const nodeStatusSettings = z.strictObject({
  ...statusSettings.shape,
  watch: onOff()
    .default(false)
    .describe('whether to refresh every second, and to wait for a node that does not run'),
})
