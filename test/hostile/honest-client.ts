/**
 * An honest client of the JSON-RPC: `node honest-client.ts URL ADDRESS`. The client makes a call every 50 ms, and
 * closes the connection after half of the calls. For each call, the client prints a line: the time, the duration in
 * milliseconds, and the problem, if any.
 */
import { Agent, request } from 'undici'
import { pause } from '#test/bus/conformance/raw-client.ts'

const [url = '', localAddress = ''] = process.argv.slice(2)
const periodMs = 50
const dispatcher = new Agent({ localAddress })
const calls = [
  { method: 'optimism_syncStatus', params: [] },
  { method: 'optimism_outputAtBlock', params: ['0x7'] },
]

async function ask(at: number): Promise<void> {
  const startedMs = performance.now()
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...calls[at % 2] })
  const headers = { 'content-type': 'application/json' }
  let problem = ''
  try {
    const isNew = at % 4 < 2
    const answer = await request(url, { method: 'POST', headers, body, dispatcher, reset: isNew })
    const text = await answer.body.text()
    if (!text.includes('"result":{')) problem = text.slice(0, 200)
  } catch (error) {
    problem = String(error)
  }
  const ms = performance.now() - startedMs
  console.log(JSON.stringify({ atMs: Date.now() - ms, ms, problem }))
}

for (let at = 0; ; at++) {
  void ask(at)
  await pause(periodMs)
}
