import type { ChainState } from '#messages/chain-state.ts'
import type { DerivationTargets } from '#messages/derivation-targets.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { ServiceStatus } from '#messages/service-status.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import { failsAgain } from '#service/status-reporter.ts'
import { wrap } from '#runtime/screen/lines.ts'
import { shortBlock } from '#runtime/screen/short-block.ts'
import { isOptional, isUsual } from './node-services.ts'
import { formatDuration } from './output.ts'

/** A state and its age. */
export interface Aged<Value> {
  readonly value: Value
  readonly ageMs: number
}

/** States read from a node's bus. */
export interface NodeStates {
  readonly nowMs: number
  /** Start of the node or its bus; undefined if unknown. */
  readonly startedMs: number | undefined
  /** Data folder of the node; undefined if it is not local. */
  readonly folder: string | undefined
  /** Address of the health and metrics of a local node. */
  readonly healthUrl: string | undefined
  /** The reasons why a local node is not ready, from its `/readyz`. */
  readonly reasons: readonly string[]
  /** Problems of the disks of a local node. */
  readonly diskProblems: readonly string[]
  readonly chain: Aged<ChainState> | undefined
  readonly l1: Aged<L1Heads> | undefined
  readonly targets: Aged<DerivationTargets> | undefined
  /** Status of each service, from the instance that wrote last. A service that never wrote a status has no entry. */
  readonly services: ReadonlyMap<string, Aged<ServiceStatus>>
}

/** A block in the output. */
interface BlockStatus {
  readonly number: number
  readonly hash: string
}

/** A service in the output. */
interface ServiceLine {
  readonly service: string
  readonly phase: ServiceStatus['phase'] | 'silent' | 'unheard'
  readonly waitsFor: string | null
  /** Number of seconds for which the service has been waiting. */
  readonly waitsSince: number | null
  readonly next: string | null
  /** Progress of the service in its work. */
  readonly progress: string | null
  /** How often and why the service failed and was started again; null if it runs steadily. */
  readonly failing: string | null
  /** Address of the health, readiness and metrics of the service. */
  readonly health: string | null
}

/** Status of a node, as printed or as JSON. */
export interface NodeStatus {
  /** Whether at least one service of the node reports or is starting. */
  readonly running: boolean
  /** Address of health, readiness and metrics of all services; null if the node is not local, or has none. */
  readonly health: string | null
  readonly l1: Record<'head' | 'safe' | 'finalized' | 'derived', BlockStatus | null>
  readonly l2: Record<'unsafe' | 'safe' | 'finalized', BlockStatus | null>
  /** Seconds since the services wrote the L1 heads, the derived L1 block, and the L2 heads. */
  readonly reportedAgo: Record<'l1' | 'derived' | 'l2', number | null>
  /** Ages in seconds, and distances between heads in blocks. */
  readonly lags: {
    readonly l1HeadAgeSeconds: number | null
    readonly derivedBehindL1Head: number | null
    readonly unsafeAgeSeconds: number | null
    readonly safeBehindUnsafe: number | null
    readonly finalizedBehindSafe: number | null
  }
  readonly services: readonly ServiceLine[]
  /** Advice for operators, most urgent first; empty if there is nothing to do. */
  readonly advice: readonly string[]
}

/** Grace period after the start of a node, in which processes start and take their leases. */
const youngMs = 10_000

/** Age of a status above which its service is shown as silent. A service writes its status every 5 s. */
const silentMs = 15_000

/** Age of the status `stopping` above which its service is shown as silent. A service stops within 2 s. */
const stoppedMs = 3_000

/** Age of the L1 head above which operators get advice. L1 has a block every 12 s unless proposers miss slots. */
const staleL1Seconds = 120

const healing = 'the node continues by itself within seconds'

/** Computes the status of a node from the states of its bus. */
export function nodeStatus(states: NodeStates, serviceNames: readonly string[]): NodeStatus {
  const { nowMs, chain, l1, targets } = states
  const { unsafe, safe, finalized } = chain?.value ?? {}
  const { head } = l1?.value ?? {}
  const derived = targets?.value.currentL1
  const services = serviceNames
    .filter((service) => isPart(service, states))
    .map((service) => toServiceLine(service, states))
  const ageOf = (timestamp: bigint | undefined) =>
    timestamp === undefined ? null : Math.max(0, Math.round(nowMs / 1_000 - Number(timestamp)))
  const lags = {
    l1HeadAgeSeconds: ageOf(head?.timestamp),
    derivedBehindL1Head: behind(head, derived),
    unsafeAgeSeconds: ageOf(unsafe?.timestamp),
    safeBehindUnsafe: behind(unsafe, safe),
    finalizedBehindSafe: behind(safe, finalized),
  }
  const running = !services.every(({ phase }) => phase === 'silent' || phase === 'unheard')
  return {
    running,
    health: states.healthUrl ?? null,
    l1: {
      head: toBlockStatus(head),
      safe: toBlockStatus(l1?.value.safe),
      finalized: toBlockStatus(l1?.value.finalized),
      derived: toBlockStatus(derived),
    },
    l2: {
      unsafe: toBlockStatus(unsafe),
      safe: toBlockStatus(safe),
      finalized: toBlockStatus(finalized),
    },
    reportedAgo: { l1: secondsOf(l1), derived: secondsOf(targets), l2: secondsOf(chain) },
    lags,
    services,
    advice: [
      ...states.diskProblems.map(
        (problem) => `${problem}: make room on the disk, or make this path writable; ${healing}`,
      ),
      ...failingAdvice(states, services),
      ...(running ? services.flatMap(adviceFor) : goneAdvice(services, states)),
      ...noticesOf(states, serviceNames),
      ...(running ? l1Advice(lags.l1HeadAgeSeconds) : []),
    ],
  }
}

function secondsOf(state: Aged<unknown> | undefined): number | null {
  return state === undefined ? null : Math.round(state.ageMs / 1_000)
}

function toBlockStatus(block: BlockId | undefined): BlockStatus | null {
  return block === undefined ? null : { number: Number(block.number), hash: block.hash }
}

function behind(front: BlockId | undefined, back: BlockId | undefined): number | null {
  return front === undefined || back === undefined ? null : Number(front.number - back.number)
}

/**
 * Whether the node runs the service. An optional service may have a status although the node no longer runs it: the bus
 * keeps the last status of a service that was stopped before the last start of the node.
 */
function isPart(service: string, states: NodeStates): boolean {
  const status = states.services.get(service)
  if (!isOptional(service)) return true
  if (status === undefined) return isStarting(status, states) && isUsual(service)
  return (
    status.value.phase !== 'stopping' ||
    isStarting(status, states) ||
    !isBeforeStart(status, states)
  )
}

function toServiceLine(service: string, states: NodeStates): ServiceLine {
  const { nowMs, services } = states
  const status = services.get(service)
  if (status === undefined || isStarting(status, states)) {
    const phase = isStarting(status, states) ? 'starting' : 'unheard'
    return {
      service,
      phase,
      waitsFor: null,
      waitsSince: null,
      next: null,
      progress: null,
      failing: null,
      health: null,
    }
  }
  const { phase, wait, restarted, healthUrl } = status.value
  return {
    service,
    phase: hasEnded(status) ? 'silent' : phase,
    waitsFor: wait?.what ?? null,
    waitsSince: wait === undefined ? null : Math.max(0, Math.round((nowMs - wait.sinceMs) / 1_000)),
    next: wait?.next ?? null,
    progress: status.value.progress ?? null,
    failing: restarted === undefined ? null : failsAgain(restarted, nowMs),
    health: healthUrl ?? null,
  }
}

function hasEnded({ ageMs, value }: Aged<ServiceStatus>): boolean {
  return ageMs > (value.phase === 'stopping' ? stoppedMs : silentMs)
}

/** Whether the node has just started, and the service has not reported since. */
function isStarting(
  status: Aged<ServiceStatus> | undefined,
  states: Pick<NodeStates, 'nowMs' | 'startedMs'>,
): boolean {
  const { nowMs, startedMs } = states
  if (startedMs === undefined || nowMs - startedMs > youngMs) return false
  return status === undefined || isBeforeStart(status, states)
}

/** Whether a status was written before the last start of the node. */
function isBeforeStart(
  { ageMs }: Pick<Aged<ServiceStatus>, 'ageMs'>,
  { nowMs, startedMs = 0 }: Pick<NodeStates, 'nowMs' | 'startedMs'>,
): boolean {
  return nowMs - ageMs < startedMs
}

/** Advice on services that fail before they can write a status: their reasons, from `/readyz` of the node. */
function failingAdvice(
  { reasons }: Pick<NodeStates, 'reasons'>,
  services: readonly ServiceLine[],
): readonly string[] {
  return services.flatMap(({ service, failing }) =>
    failing === null
      ? reasons.filter((reason) => reason.startsWith(`${service} fails again and again`))
      : [],
  )
}

/** Advice for a node without any reporting service. */
function goneAdvice(
  services: readonly ServiceLine[],
  { folder }: Pick<NodeStates, 'folder'>,
): readonly string[] {
  if (services.every(({ phase }) => phase === 'unheard')) return services.flatMap(adviceFor)
  const where = folder === undefined ? '' : ` --data-dir ${folder}`
  return [
    `the node was killed, or lost its services: the heads shown are the last that were reported; start the node again with atoll node${where} and the same settings as before`,
  ]
}

function adviceFor({ service, phase }: ServiceLine): readonly string[] {
  if (phase === 'silent')
    return [
      `${service} stopped writing its status: check whether its process runs, restart it if not, and read the end of its log`,
    ]
  if (phase === 'unheard')
    return [
      `${service} never reported on this bus: check that its process runs and that its --chain-id, --node and --nats-seed-file match this bus, and read its log`,
    ]
  return []
}

/** Problems that services report although they are not waiting. */
function noticesOf({ services }: NodeStates, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const status = services.get(name)
    return status === undefined || hasEnded(status) ? [] : status.value.notices
  })
}

function l1Advice(headAgeSeconds: number | null): readonly string[] {
  if (headAgeSeconds === null || headAgeSeconds <= staleL1Seconds) return []
  const age = formatDuration(headAgeSeconds * 1_000)
  return [`the head of L1 is ${age} old: see whether the nodes of --l1-rpc-urls are in sync`]
}

/** Formats the status as lines of text, of at most `width` columns. Only the status as JSON has the whole hashes. */
export function statusLines(status: NodeStatus, width: number): readonly string[] {
  const { running, l1, l2, reportedAgo, lags, services, advice } = status
  const ago = (seconds: number | null) =>
    running || seconds === null ? '' : `, reported ${formatDuration(seconds * 1_000)} ago`
  const [l1Ago, derivedAgo, l2Ago] = [
    ago(reportedAgo.l1),
    ago(reportedAgo.derived),
    ago(reportedAgo.l2),
  ]
  const line = (name: string, block: BlockStatus | null, note = '') => {
    const where = block === null ? 'not known' : shortBlock(block)
    return `${name.padEnd(valueColumn)}${where}${note}`
  }
  const age = (seconds: number | null) =>
    seconds === null ? '' : `, ${formatDuration(seconds * 1_000)} old`
  const lag = (blocks: number | null, of: string) =>
    blocks === null ? '' : `, ${blocks} behind ${of}`
  return [
    line('L1 head', l1.head, age(lags.l1HeadAgeSeconds) + l1Ago),
    line('L1 safe', l1.safe, l1Ago),
    line('L1 finalized', l1.finalized, l1Ago),
    line('L1 derived', l1.derived, lag(lags.derivedBehindL1Head, 'the head') + derivedAgo),
    line('L2 unsafe', l2.unsafe, age(lags.unsafeAgeSeconds) + l2Ago),
    line('L2 safe', l2.safe, lag(lags.safeBehindUnsafe, 'unsafe') + l2Ago),
    line('L2 finalized', l2.finalized, lag(lags.finalizedBehindSafe, 'safe') + l2Ago),
    '',
    ...services.flatMap((service) => serviceLines(service, width)),
    ...(advice.length === 0 ? [] : ['']),
    ...advice.flatMap((text) => wrap(`! ${text}`, { width, indent: 2 })),
  ]
}

/** Column at which the values begin. */
const valueColumn = 15

function serviceLines(
  { service, phase, waitsFor, waitsSince, next, progress, failing }: ServiceLine,
  width: number,
): readonly string[] {
  const first = `${service.padEnd(valueColumn)}${phase}`
  const since = formatDuration((waitsSince ?? 0) * 1_000)
  const wait = waitsFor === null ? [] : [`waits for ${waitsFor}, for ${since}`, `next: ${next}`]
  const texts = [progress, failing, ...wait].filter((text) => text !== null)
  const wrapped = texts.flatMap((text) =>
    wrap(' '.repeat(valueColumn) + text, { width, indent: valueColumn + 2 }),
  )
  return [first, ...wrapped]
}
