import { maxPayloadBytes } from '#bus/bus-limits.ts'
import type { BusNames } from '#messages/bus-names.ts'
import { permissionsOf } from '#messages/permissions.ts'
import type { BusRole } from '#messages/services.ts'
import type { Subject } from '#messages/subject.ts'

/** Contents of a server's configuration. */
export interface ServerConfig {
  readonly host: string
  readonly port: number
  /** Port of the server's monitoring, such as `/healthz`, on 127.0.0.1; undefined for none. */
  readonly monitorPort?: number
  /** Folder of the streams. */
  readonly storeDir: string
  readonly tls?: { readonly certFile: string; readonly keyFile: string }
  /** Users with their permissions. Without users, any client may do everything, as in some tests. */
  readonly users?: BusUsers
}

/** The users of one node's bus, each with its permissions. */
export interface BusUsers {
  readonly names: BusNames
  readonly subjects: readonly Subject[]
  /** Public key of each user, `U…`. */
  readonly publicKeys: ReadonlyMap<BusRole, string>
}

/** Disk limit of all streams. */
const maxStoreBytes = 8 * 1024 ** 3

/** Time within which a receiver may reply to a call. */
const answerWithin = '60s'

/** Formats the configuration file of a server, with options that all supported servers know. */
export function renderServerConfig({
  host,
  port,
  monitorPort,
  storeDir,
  tls,
  users,
}: ServerConfig): string {
  return [
    '# Atoll writes this file again at each start.',
    `listen: ${quote(`${host}:${port}`)}`,
    ...(monitorPort === undefined ? [] : [`http: ${quote(`127.0.0.1:${monitorPort}`)}`]),
    `max_payload: ${maxPayloadBytes}`,
    `jetstream { store_dir: ${quote(storeDir)}, max_mem: 64M, max_file: ${maxStoreBytes} }`,
    ...(tls === undefined
      ? []
      : [`tls { cert_file: ${quote(tls.certFile)}, key_file: ${quote(tls.keyFile)} }`]),
    ...(users === undefined ? [] : renderUsers(users)),
    '',
  ].join('\n')
}

function renderUsers({ names, subjects, publicKeys }: BusUsers): readonly string[] {
  const users = [...publicKeys].map(([role, publicKey]) => {
    const { publish, subscribe, answersCalls } = permissionsOf(role, { subjects, names })
    const answers = answersCalls ? `, allow_responses: { max: 1, expires: "${answerWithin}" }` : ''
    return [
      `      # ${role}`,
      `      { nkey: ${publicKey}, permissions: {`,
      `          publish: { allow: ${list(publish)} },`,
      `          subscribe: { allow: ${list(subscribe)} }${answers} } }`,
    ].join('\n')
  })
  return [
    'accounts {',
    '  SYS: {}',
    `  ${names.account}: {`,
    '    jetstream: enabled',
    '    users: [',
    ...users,
    '    ]',
    '  }',
    '}',
    'system_account: SYS',
  ]
}

function list(subjects: readonly string[]): string {
  return `[${subjects.map(quote).join(', ')}]`
}

function quote(text: string): string {
  return JSON.stringify(text)
}
