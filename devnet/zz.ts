import { runLive } from './live/run-live.ts'
import { systemClock } from '#runtime/clock.ts'
const forks = ['regolith','canyon','delta','ecotone','fjord','granite','holocene','isthmus','jovian','karst']
const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
let last = 0
setTimeout(async () => { const t = await (await fetch('http://127.0.0.1:15615/metrics')).text(); console.log(t.split('\n').filter((l) => /derivation.*(drop|unused|batch|channel)/.test(l) && !/^#/.test(l) && !/ 0$/.test(l)).join('\n')) }, 75000)
const r = await runLive({
  nodes: 2, blockSeconds: 1, l1BlockSeconds: 2, forkOffsets: Object.fromEntries(forks.map((f, i) => [f, process.argv[2] ? BigInt(4 * i) : 0n])) as never,
  form: { batches: 'span', compression: 'brotli', data: 'blobs' }, rate: 2, portBase: 15600, dataDir: process.argv[3], natsServer: process.env.ATOLL_NATS_SERVER, inMemory: false,
  until: { safe: 60n, finalized: 20n }, timeoutMs: 200000, logLevel: 'warn', clock: systemClock, signal: stop.signal, report: (w) => console.log(w), onLog: undefined,
  onChange: (nodes, sent) => { if (Date.now() - last < 4000) return; last = Date.now(); console.log(nodes.map((n) => { const c = n.view().chain; return `${n.name} ${c?.unsafe.number} ${c?.safe.number} ${c?.finalized.number}` }).join(' | '), JSON.stringify(sent)) },
})
console.log(r)
