import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { sleep, systemClock } from '#runtime/clock.ts'
import { Fault, isSystemError } from '#runtime/fault.ts'
import { makeFolder } from '#runtime/make-folder.ts'
import { isRunning, startOf, type StoredProcess } from '#runtime/running-process.ts'

/** The owner of a bus folder, and the processes that serve it. */
const busOwner = z.object({
  chainId: z.string().regex(/^\d+$/u),
  node: z.string(),
  /** Process id of the supervisor that started the server. */
  supervisor: z.int(),
  /** Start of the supervisor. Another process may have the same process id later, but not the same start. */
  supervisorStart: z.string().optional(),
  /** Process id of the server; absent while the server starts. */
  server: z.int().optional(),
  /** Start of the server. */
  serverStart: z.string().optional(),
})

type BusOwner = z.output<typeof busOwner>

/** How long an orphaned server may take to end. */
const orphanTimeoutMs = 5_000

/** A claimed bus folder. */
export interface ClaimedFolder {
  /**
   * Stores the process id of the server, so that the next node can end the server if this process crashes. Also stores
   * the URL of the server, for commands such as `atoll status`.
   */
  serverStarted(server: { readonly pid: number; readonly url: string }): Promise<void>
}

/** File with the URL of a bus. */
export function busUrlFile(folder: string): string {
  return join(folder, 'url')
}

function ownerFile(folder: string): string {
  return join(folder, 'atoll-bus.json')
}

/**
 * Claims a folder before writing to it. A server that outlived its supervisor is ended first.
 *
 * @throws Fault `folder-busy` if another process serves the bus; `folder-taken` if the folder belongs to another node;
 *   `folder-refused` if the folder cannot be written; `aborted` if the signal is aborted
 */
export async function claimBusFolder(
  folder: string,
  { chainId, node }: { readonly chainId: bigint; readonly node: string },
  {
    report,
    signal,
  }: { readonly report: (what: string) => void; readonly signal?: AbortSignal | undefined },
): Promise<ClaimedFolder> {
  const file = ownerFile(folder)
  const { pid: supervisor } = process
  const claim = {
    chainId: String(chainId),
    node,
    supervisor,
    supervisorStart: startOf(supervisor),
  }
  await inFolder(folder, async () => {
    await makeFolder(folder)
    const found = await readOwner(folder)
    if (found !== undefined) await settle(found, { folder, claim, report, signal })
    await writeFile(file, `${JSON.stringify(claim)}\n`)
  })
  let written: string | undefined
  return {
    serverStarted: async ({ pid, url }) => {
      const owner = { ...claim, server: pid, serverStart: startOf(pid) }
      await inFolder(folder, () => writeFile(file, `${JSON.stringify(owner)}\n`))
      // Commands read the start time of the node from the modification time of the URL file, so a restart of the server
      // must not write the file again.
      if (url !== written) await inFolder(folder, () => writeFile(busUrlFile(folder), `${url}\n`))
      written = url
    },
  }
}

/**
 * Does work on the files of a bus.
 *
 * @throws Fault `folder-refused` if the operating system refuses access to one of the files
 */
export async function inFolder<Value>(folder: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (cause) {
    if (!isSystemError(cause)) throw cause
    const detail = `cannot use ${folder}: ${cause.message}`
    throw new Fault('folder-refused', { detail, cause })
  }
}

/** The node that a bus folder belongs to. */
export interface BusFolderOwner {
  readonly chainId: bigint
  readonly node: string
  /** Whether a process that serves the bus is alive. */
  readonly isServed: boolean
  /**
   * Whether the supervisor of the server is alive. A supervisor that is `atoll node` also keeps the services running.
   */
  readonly isKept: boolean
}

/** Reads which node a bus folder belongs to; undefined if `folder` is not a bus folder. */
export async function ownerOfBus(folder: string): Promise<BusFolderOwner | undefined> {
  const owner = await readOwner(folder)
  if (owner === undefined) return undefined
  const isKept = isRunning(supervisorOf(owner))
  const isServed = isKept || isServerRunning(owner)
  return { chainId: BigInt(owner.chainId), node: owner.node, isServed, isKept }
}

function supervisorOf({ supervisor: pid, supervisorStart: start }: BusOwner): StoredProcess {
  return { pid, start }
}

function isServerRunning({ server: pid, serverStart: start }: BusOwner): boolean {
  return pid !== undefined && isRunning({ pid, start })
}

async function settle(
  found: BusOwner,
  {
    folder,
    claim,
    report,
    signal,
  }: {
    readonly folder: string
    readonly claim: BusOwner
    readonly report: (what: string) => void
    readonly signal: AbortSignal | undefined
  },
): Promise<void> {
  const { supervisor, server } = found
  const refuse = (code: 'folder-busy' | 'folder-taken', detail: string) =>
    new Fault(code, { detail })
  if (isRunning(supervisorOf(found)) && supervisor !== claim.supervisor)
    throw refuse(
      'folder-busy',
      `process ${supervisor} serves the bus in ${folder}: stop it, or choose another --data-dir`,
    )
  if (found.chainId !== claim.chainId || found.node !== claim.node) {
    const owner = `node ${found.node} of chain ${found.chainId}`
    const remedy = `give each node its own --data-dir, or delete ${folder}, which is then created again`
    throw refuse('folder-taken', `${folder} is the bus of ${owner}: ${remedy}`)
  }
  if (server === undefined || !isServerRunning(found) || !(await isNatsServer(server))) return
  report(`ending nats-server ${server} of an earlier node`)
  process.kill(server, 'SIGTERM')
  const deadlineMs = performance.now() + orphanTimeoutMs
  while (isServerRunning(found)) {
    if (performance.now() > deadlineMs)
      throw refuse('folder-busy', `nats-server ${server} in ${folder} does not end: kill it`)
    await sleep(systemClock, 20, signal)
    if (signal?.aborted === true) throw new Fault('aborted', { detail: 'stopped' })
  }
}

async function readOwner(folder: string): Promise<BusOwner | undefined> {
  try {
    return busOwner.parse(JSON.parse(await readFile(ownerFile(folder), 'utf8')))
  } catch (error) {
    // The file is missing, or was truncated by a crash.
    if (error instanceof SyntaxError || error instanceof z.ZodError || isMissing(error))
      return undefined
    throw error
  }
}

/** Whether the process with an id is a NATS server. Process ids are reused, so the id may belong to another program. */
async function isNatsServer(pid: number): Promise<boolean> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes('nats')
  } catch (error) {
    // Without /proc, the process is assumed to be the server.
    if (isMissing(error)) return true
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return isSystemError(error) && ['ENOENT', 'ENOTDIR'].includes(error.code)
}
