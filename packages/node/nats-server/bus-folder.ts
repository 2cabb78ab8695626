import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sleep, systemClock } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'

/** The owner of a bus folder, and the processes that serve it. */
interface BusFolder {
  readonly chainId: string
  readonly node: string
  /** Process id of the supervisor that started the server. */
  readonly supervisor: number
  /** Process id of the server; absent while it starts. */
  readonly server?: number
}

/** How long an orphaned server may take to end. */
const orphanTimeoutMs = 5_000

/** A claimed bus folder. */
export interface ClaimedFolder {
  /** Stores the server's process id, so that the next node can end it after a crash of this process. */
  serverStarted(pid: number): Promise<void>
}

/**
 * Claims a folder before writing to it. A server that outlived its supervisor is ended first.
 *
 * @throws Fault `folder-busy` if another process serves from it; `folder-taken` if it belongs to another node;
 *   `folder-refused` if it cannot be written
 */
export async function claimBusFolder(
  folder: string,
  { chainId, node }: { readonly chainId: bigint; readonly node: string },
  report: (what: string) => void,
): Promise<ClaimedFolder> {
  const file = join(folder, 'atoll-bus.json')
  const claim = { chainId: String(chainId), node, supervisor: process.pid }
  try {
    await mkdir(folder, { recursive: true })
    const found = await readClaim(file)
    if (found !== undefined) await settle(found, { folder, claim, report })
    await writeFile(file, `${JSON.stringify(claim)}\n`)
  } catch (cause) {
    if (cause instanceof Fault || !(cause instanceof Error)) throw cause
    const detail = `cannot use ${folder}: ${cause.message}`
    throw new Fault('folder-refused', { detail, cause })
  }
  const write = (server: number) => writeFile(file, `${JSON.stringify({ ...claim, server })}\n`)
  return { serverStarted: write }
}

async function settle(
  found: BusFolder,
  {
    folder,
    claim,
    report,
  }: {
    readonly folder: string
    readonly claim: BusFolder
    readonly report: (what: string) => void
  },
): Promise<void> {
  const { supervisor, server } = found
  const refuse = (code: 'folder-busy' | 'folder-taken', detail: string) =>
    new Fault(code, { detail })
  if (isAlive(supervisor) && supervisor !== claim.supervisor)
    throw refuse(
      'folder-busy',
      `process ${supervisor} serves the bus in ${folder}: stop it, or choose another --data-dir`,
    )
  if (found.chainId !== claim.chainId || found.node !== claim.node) {
    const owner = `node ${found.node} of chain ${found.chainId}`
    const remedy = `give each node its own --data-dir, or delete ${folder}, which is then created again`
    throw refuse('folder-taken', `${folder} is the bus of ${owner}: ${remedy}`)
  }
  if (server === undefined || !isAlive(server) || !(await isNatsServer(server))) return
  report(`ending nats-server ${server} of an earlier node`)
  process.kill(server, 'SIGTERM')
  const deadlineMs = performance.now() + orphanTimeoutMs
  while (isAlive(server)) {
    if (performance.now() > deadlineMs)
      throw refuse('folder-busy', `nats-server ${server} in ${folder} does not end: kill it`)
    await sleep(systemClock, 20)
  }
}

async function readClaim(file: string): Promise<BusFolder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as BusFolder
  } catch (error) {
    // The file is missing, or was truncated by a crash.
    if (error instanceof SyntaxError || isMissing(error)) return undefined
    throw error
  }
}

/** Whether a process is a NATS server. Process ids are reused, so the id may belong to another program. */
async function isNatsServer(pid: number): Promise<boolean> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes('nats')
  } catch (error) {
    // Without /proc, the process is assumed to be the server.
    if (isMissing(error)) return true
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
