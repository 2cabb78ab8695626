import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The id of a process that has ended. */
export async function endedPid(): Promise<number> {
  const child = spawn('/bin/true')
  await once(child, 'exit')
  return child.pid ?? 0
}

/** The files that a bus leaves in its folder. */
export interface LeftBus {
  readonly chainId?: string
  readonly node?: string
  /** Id of the process that serves the bus; by default the id of an ended process, so the bus is not served. */
  readonly supervisor?: number
  /** Null if the server of the bus has never started. */
  readonly url?: string | null
}

/** Writes the files that a bus leaves in its folder; by default, the bus of node main of chain 10. */
export async function leaveBus(folder: string, left: LeftBus = {}): Promise<void> {
  const { url = 'nats://127.0.0.1:1', ...owner } = left
  mkdirSync(folder, { recursive: true })
  const whole = { chainId: '10', node: 'main', supervisor: await endedPid(), ...owner }
  writeFileSync(join(folder, 'atoll-bus.json'), JSON.stringify(whole))
  if (url !== null) writeFileSync(join(folder, 'url'), `${url}\n`)
}
