import { certificateProblem, privateKeyProblem } from '#runtime/keys/pem.ts'
import { homedir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { busSettings } from '#runtime/settings/service-settings.ts'
import { onOff, port, readableFile, shownDefault } from '#runtime/settings/setting-kinds.ts'

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
    z
      .string()
      .default(join(homedir(), '.atoll', 'bus'))
      .describe('folder for the store, the configuration and the keys'),
    '~/.atoll/bus',
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
  once: onOff().default(false).describe('whether to end when the streams exist'),
})

/** Settings of `atoll bus status`. */
export const statusSettings = z.strictObject({
  ...busSettings.shape,
  json: onOff().default(false).describe('whether to print one JSON object'),
  dataDir: shownDefault(
    z
      .string()
      .optional()
      .describe(
        'data folder of a local atoll node, which provides the bus URL and the key that --nats-urls and --nats-seed-file do not give',
      ),
    '~/.atoll/<chain id>, if neither --nats-urls nor --nats-seed-file is given',
  ),
})

/** Settings of `atoll status`. */
export const nodeStatusSettings = z.strictObject({
  ...statusSettings.shape,
  watch: onOff().default(false).describe('whether to refresh every second'),
})
