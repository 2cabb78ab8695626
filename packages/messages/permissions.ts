import { type BusNames, inboxPrefix } from './bus-names.ts'
import { type BusRole, isLeased, type ServiceName } from './services.ts'
import { streamsOf } from './streams.ts'
import { serviceOf, type Subject } from './subject.ts'

/** Rights of a user of the bus; everything else is denied. Subjects may end in `*` or `>`. */
export interface Permissions {
  readonly publish: readonly string[]
  readonly subscribe: readonly string[]
  /** Whether the user may reply to calls. */
  readonly answersCalls: boolean
}

/**
 * The least rights of a role, from the table of subjects: a role may publish, read, call or serve what the table says,
 * and nothing else. No service may create, change or delete a stream, or read the replies to another user.
 */
export function permissionsOf(
  role: BusRole,
  { subjects, names }: { readonly subjects: readonly Subject[]; readonly names: BusNames },
): Permissions {
  switch (role) {
    case 'provision':
      return provisionPermissions(subjects, names)
    case 'operator':
      return operatorPermissions(subjects, names)
    default:
      return servicePermissions(role, { subjects, names })
  }
}

function servicePermissions(
  service: ServiceName,
  { subjects, names }: { readonly subjects: readonly Subject[]; readonly names: BusNames },
): Permissions {
  const publish = [
    names.statesStored(service, { perInstance: false }),
    names.statesStored(service, { perInstance: true }),
  ]
  const subscribe = [`${inboxPrefix(service)}.>`]
  if (isLeased(service))
    publish.push(names.lease(service), directGet(names.leaseStream, names.lease(service)))
  for (const subject of subjects) {
    const own = serviceOf(subject) === service
    switch (subject.kind) {
      case 'state': {
        const reads = subject.readers.includes(service)
        if (reads) subscribe.push(names.stateUpdates(subject, '*'))
        if (reads || own)
          publish.push(directGet(names.stateStream(subject), names.stateStored(subject, '*')))
        break
      }
      case 'log': {
        const entries = names.logEntry(subject, '*')
        const reads = subject.readers.includes(service)
        if (own) publish.push(entries)
        if (reads) subscribe.push(entries)
        if (reads || own) publish.push(directGet(names.logStream(subject.stream), entries))
        break
      }
      case 'call':
        if (subject.callers.includes(service)) publish.push(names.call(subject))
        break
      case 'signal':
        if (own) publish.push(names.signal(subject))
        if (subject.readers.includes(service)) subscribe.push(names.signal(subject))
        break
    }
  }
  const serves = subjects.some(
    (subject) => subject.kind === 'call' && serviceOf(subject) === service,
  )
  if (serves) subscribe.push(names.calls(service))
  return { publish, subscribe, answersCalls: serves }
}

function provisionPermissions(subjects: readonly Subject[], names: BusNames): Permissions {
  const publish = ['$JS.API.INFO']
  for (const { name } of streamsOf(subjects, names))
    for (const verb of ['CREATE', 'UPDATE', 'INFO']) publish.push(`$JS.API.STREAM.${verb}.${name}`)
  return { publish, subscribe: [`${inboxPrefix('provision')}.>`], answersCalls: false }
}

/** Rights to read everything, and to make the calls of operators. */
function operatorPermissions(subjects: readonly Subject[], names: BusNames): Permissions {
  const publish = ['$JS.API.INFO']
  for (const { name } of streamsOf(subjects, names))
    publish.push(`$JS.API.STREAM.INFO.${name}`, `$JS.API.DIRECT.GET.${name}.>`)
  for (const subject of subjects)
    if (subject.kind === 'call' && subject.callers.includes('operator'))
      publish.push(names.call(subject))
  return { publish, subscribe: [`${inboxPrefix('operator')}.>`], answersCalls: false }
}

function directGet(stream: string, subject: string): string {
  return `$JS.API.DIRECT.GET.${stream}.${subject}`
}
