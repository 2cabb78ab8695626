import { pino } from 'pino'
import { sleep } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import { StatusReporter } from '#service/status-reporter.ts'
import type { Host } from './simulation.ts'

/** The context of a service on a simulated machine. Its log lines become events of the simulation. */
export function contextOf(host: Host) {
  const { bus, clock, signal, instance } = host
  return {
    bus,
    clock,
    signal,
    log: logTo(host),
    status: new StatusReporter({ instance, version: '0', clock }),
  }
}

/** A logger whose lines become events of the simulation. */
function logTo(host: Host) {
  const hidden = new Set(['time', 'level', 'msg'])
  return pino(
    { level: 'info', base: null },
    {
      write: (line: string) => {
        const fields = JSON.parse(line) as Readonly<Record<string, unknown>>
        const reported = Object.entries(fields).filter(([name]) => !hidden.has(name))
        host.log(
          `${String(fields['msg'])} ${JSON.stringify(Object.fromEntries(reported)).slice(0, 400)}`,
        )
      },
    },
  )
}

/** The usual probability that a call to another machine fails. */
const usualFailures = 0.004

/** A call to another machine, with latency in both directions. Some calls fail. */
export async function remotely<Value>(
  { clock, random, afterEffect }: Host,
  work: () => Value,
  failures: number = usualFailures,
): Promise<Value> {
  await sleep(clock, random.next() * 2)
  if (random.chance(failures)) throw new Fault('engine-unreachable')
  const value = work()
  afterEffect()
  await sleep(clock, random.next() * 2)
  return value
}
