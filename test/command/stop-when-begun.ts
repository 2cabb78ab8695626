import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../packages/cli/atoll.js', import.meta.url))

/** The result of a stopped command. */
interface Stopped {
  readonly code: number | null
  /** All lines that the command printed. */
  readonly lines: readonly string[]
}

/** Runs `atoll` until its output matches `begun`, sends it `signals`, and waits for its end. */
export async function stopWhenBegun(
  args: readonly string[],
  {
    begun,
    signals,
    env = {},
  }: {
    readonly begun: RegExp
    readonly signals: readonly NodeJS.Signals[]
    readonly env?: Readonly<Record<string, string>>
  },
): Promise<Stopped> {
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, [program, ...args], { env: { PATH, HOME, ...env } })
  let out = ''
  let isAsked = false
  const take = (text: Buffer) => {
    out += text.toString()
    if (isAsked || !begun.test(out)) return
    isAsked = true
    for (const signal of signals) child.kill(signal)
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const [code] = (await once(child, 'close')) as [number | null]
  assert.ok(isAsked, out)
  return { code, lines: out.trim().split('\n') }
}
