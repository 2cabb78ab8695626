import type { BusRole } from '#messages/services.ts'
import { readNkey } from '#runtime/keys/nkey.ts'
import type { ServiceSettings } from '#runtime/settings/service-settings.ts'
import type { Connection } from './connection.ts'
import { connectNats, type NatsOptions } from './nats-connection.ts'

/** Settings of the bus connection. */
export type BusAccess = Pick<ServiceSettings, 'natsUrls' | 'natsSeedFile' | 'natsCaFile'> &
  Pick<NatsOptions, 'onFatal' | 'signal' | 'onWait'>

/**
 * Opens the two connections of a service. `control` is for states, leases and small calls, `bulk` for logs and large
 * calls, which must not delay the lease.
 */
export async function connectService(
  role: BusRole,
  access: BusAccess & { readonly instance: string },
): Promise<{ readonly control: Connection; readonly bulk: Connection }> {
  const [control, bulk] = await Promise.all(
    ['control', 'bulk'].map((name) =>
      connectRole(role, { ...access, name: `${access.instance}/${name}` }),
    ),
  )
  if (control === undefined || bulk === undefined)
    throw new Error('not all connections were opened')
  return { control, bulk }
}

/** Opens one connection of a bus user, with its key from a file. */
export async function connectRole(
  role: BusRole,
  { natsUrls, natsSeedFile, natsCaFile, ...options }: BusAccess & { readonly name: string },
): Promise<Connection> {
  const key = natsSeedFile === undefined ? undefined : await readNkey(natsSeedFile)
  return connectNats({
    ...options,
    servers: natsUrls,
    role,
    name: `${role}/${options.name}`,
    ...(key !== undefined && { seed: new TextEncoder().encode(key.seed) }),
    ...(natsCaFile !== undefined && { caFile: natsCaFile }),
  })
}
