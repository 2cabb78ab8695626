import { BusNames, inboxPrefix } from '#messages/bus-names.ts'
import { permissionsOf } from '#messages/permissions.ts'
import { busRoles } from '#messages/services.ts'
import { streamsOf } from '#messages/streams.ts'
import { type Subject, serviceOf } from '#messages/subject.ts'
import { subjects } from '#messages/subjects.ts'

const names = new BusNames({ chainId: 10n, node: 'main' })

/** The reference page of all subjects of the bus, from the table in `packages/messages/subjects.ts`. */
export function messagesPage(): string {
  return [
    '# Messages',
    '',
    'Made by `npm run generate` from `packages/messages/subjects.ts`; the bodies are in `proto/atoll/v1`.',
    'The guarantees of each kind of subject are in [architecture.md](architecture.md#the-bus).',
    '',
    ...kinds.flatMap(section),
    '## Who calls whom',
    '',
    'Calls point one way only, so services cannot wait for each other in a circle.',
    '',
    '```mermaid',
    'graph LR',
    ...callEdges(),
    '```',
    '',
    '## Names on the wire',
    '',
    'For chain 10 and node `main`. A state is stored under a key and pushed to a subject when it changes.',
    '',
    ...table(
      ['subject', 'on the wire'],
      subjects.map((subject) => [code(subject.name), wireName(subject)]),
    ),
    '',
    '## Streams',
    '',
    '`atoll bus provision` and `atoll node` create and repair the streams.',
    '',
    ...table(
      ['stream', 'kept for each subject', 'for', 'at most', 'when full'],
      streamsOf(subjects, names).map((stream) => [
        code(stream.name),
        String(stream.messagesPerSubject),
        stream.maxAgeMs === undefined ? 'ever' : `${stream.maxAgeMs / 1_000} s`,
        `${stream.maxBytes / 1024 ** 2} MiB`,
        stream.whenFull === 'refuse-new' ? 'refuses new messages' : 'drops old messages',
      ]),
    ),
    '',
    '## Rights',
    '',
    'Each user of the bus has a key of its own and only these rights. `test/bus/permissions.test.ts` tries all other operations.',
    '',
    ...busRoles.flatMap(rights),
  ].join('\n')
}

const kinds = [
  {
    kind: 'state',
    title: 'States',
    promise: 'Only the newest value counts, and it can always be read.',
  },
  { kind: 'log', title: 'Logs', promise: 'Each entry counts, and can be read by its number.' },
  {
    kind: 'call',
    title: 'Calls',
    promise: 'One service asks, and one answers. The caller repeats a lost call.',
  },
  { kind: 'signal', title: 'Signals', promise: 'Hints that may be lost.' },
] as const

function section({ kind, title, promise }: (typeof kinds)[number]): readonly string[] {
  const rows = subjects.filter((subject) => subject.kind === kind)
  if (rows.length === 0) return []
  const others = kind === 'call' ? 'called by' : 'read by'
  return [
    `## ${title}`,
    '',
    promise,
    '',
    ...table(['name', 'body', others, 'what it is'], rows.map(row)),
    '',
  ]
}

function row(subject: Subject): readonly string[] {
  const body =
    subject.kind === 'call'
      ? `${short(subject.request.type)} → ${short(subject.response.type)}`
      : short(subject.codec.type)
  const others = subject.kind === 'call' ? subject.callers : subject.readers
  return [code(subject.name), body, others.join(', '), subject.summary]
}

function callEdges(): readonly string[] {
  const edges = subjects.flatMap((subject) =>
    subject.kind === 'call'
      ? subject.callers.map((caller) => `  ${caller} --> ${serviceOf(subject)}`)
      : [],
  )
  return [...new Set(edges)]
}

function wireName(subject: Subject): string {
  switch (subject.kind) {
    case 'state': {
      const instance = '<instance>'
      const pushed = code(names.stateUpdates(subject, instance))
      return `${code(names.stateStored(subject, instance))}, pushed to ${pushed}`
    }
    case 'log':
      return code(names.logEntry(subject, '*').replace('*', '<number>'))
    case 'call':
      return code(names.call(subject))
    case 'signal':
      return code(names.signal(subject))
  }
}

function rights(role: (typeof busRoles)[number]): readonly string[] {
  const { publish, subscribe, answersCalls } = permissionsOf(role, { subjects, names })
  const answers = answersCalls ? ', and answers the calls that reach it' : ''
  return [
    `### ${role}`,
    '',
    `Publishes${answers}:`,
    '',
    ...publish.map((subject) => `- ${code(subject)}`),
    '',
    'Subscribes:',
    '',
    ...subscribe
      .filter((subject) => subject !== `${inboxPrefix(role)}.>`)
      .map((subject) => `- ${code(subject)}`),
    `- ${code(`${inboxPrefix(role)}.>`)} (its own replies)`,
    '',
  ]
}

/** A table in Markdown. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}

function escapeCell(text: string): string {
  return text.replaceAll('|', String.raw`\|`)
}

function code(text: string): string {
  return `\`${text}\``
}

function short(type: string): string {
  return code(type.replace('atoll.v1.', ''))
}
