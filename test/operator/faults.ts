import {
  callsIn,
  change,
  hang,
  html,
  ofBlobs,
  refuse,
  status,
} from '#test/endpoints/misbehaviours.ts'
import type { NodeBehindProxies } from '#test/endpoints/node-behind-proxies.ts'
import type { Misbehave, Proxied, Proxy } from '#test/endpoints/proxy.ts'

/** A fault of an external part, with the cause and the advice that `atoll status` must show. */
export interface OperatorFault {
  readonly name: string
  /** The service that waits because of the fault. */
  readonly service: 'da-watcher' | 'engine'
  readonly cause: RegExp
  readonly advice: RegExp
  readonly proxyOf: (node: NodeBehindProxies) => Proxy | undefined
  readonly misbehave: Misbehave
}

/** A fault of an endpoint that the node reaches through a proxy. */
function endpoint(
  name: string,
  [part, misbehave]: readonly ['l1' | 'beacon' | 'engine', Misbehave],
  [cause, advice]: readonly [RegExp, RegExp],
): OperatorFault {
  const proxyOf = ({ rpcs, beacons, engine }: NodeBehindProxies) =>
    ({ l1: rpcs[0], beacon: beacons[0], engine })[part]
  const service = part === 'engine' ? 'engine' : 'da-watcher'
  return { name, service, cause, advice, proxyOf, misbehave }
}

const closed: Misbehave = ({ response }) => void response.destroy()

/** Answers methods of the Engine API with an error, and all other methods correctly. */
const engineOnly =
  (error: object): Misbehave =>
  async (proxied: Proxied) => {
    const isEngine = callsIn(proxied.body).some(({ method }) => method.startsWith('engine_'))
    if (isEngine) return refuse({ ...error })(proxied)
    proxied.response.end((await proxied.forward()).text)
    return undefined
  }

/** Replaces the status in each answer to `newPayload` and `forkchoiceUpdated`. */
const verdict = (payloadStatus: object): Misbehave =>
  change(({ method }, result) => {
    if (method.startsWith('engine_newPayload')) return payloadStatus
    if (method.startsWith('engine_forkchoice')) return { payloadStatus, payloadId: null }
    return result
  })

const l1Advice = /see that these endpoints run and can be reached/
const rateAdvice = /see that these endpoints run and can be reached|queried again in/
const blobAdvice = /--l1-beacon-urls/

/** The faults that the test causes, one after another. */
export const faults: readonly OperatorFault[] = [
  endpoint('L1 is stopped', ['l1', closed], [/heads of L1.*socket|rpc-unreachable/, l1Advice]),
  endpoint('L1 does not answer', ['l1', hang], [/no answer in 2000 ms/, l1Advice]),
  endpoint('L1 limits the rate', ['l1', status(429)], [/HTTP status 429/, rateAdvice]),
  endpoint('L1 fails', ['l1', status(500, html)], [/HTTP status 500: .*try later/, l1Advice]),
  endpoint('L1 refuses the key', ['l1', status(401, 'bad key')], [/401: bad key/, l1Advice]),
  endpoint('L1 has a login page', ['l1', status(200, html)], [/not JSON: .*html/, l1Advice]),
  endpoint(
    'the beacon node is stopped',
    ['beacon', ofBlobs(closed)],
    [/L1 block \d+: /, blobAdvice],
  ),
  endpoint(
    'the beacon node has pruned blobs',
    ['beacon', ofBlobs(status(404, '{"message":"pruned"}'))],
    [/L1 block \d+: .*pruned/, blobAdvice],
  ),
  endpoint(
    'the beacon URL is a website',
    ['beacon', ofBlobs(status(200, html))],
    [/L1 block \d+: /, blobAdvice],
  ),
  endpoint(
    'the execution client is stopped',
    ['engine', closed],
    [
      /the execution client.*does not answer/,
      /see that the execution client runs, and check --engine-url/,
    ],
  ),
  endpoint(
    'the execution client has another JWT secret',
    ['engine', status(401, 'signature is invalid')],
    [/401: signature is invalid/, /the same --jwt-secret-file/],
  ),
  endpoint(
    '--engine-url is the port of the RPC',
    ['engine', engineOnly({ code: -32_601, message: 'the method does not exist' })],
    [/engine-port: /, /the port of the Engine API/],
  ),
  endpoint(
    'the execution client has other fork times',
    ['engine', engineOnly({ code: -38_005, message: 'Unsupported fork' })],
    [/engine-forks: .*Unsupported fork/, /compare the fork times/],
  ),
  endpoint(
    'the execution client syncs',
    ['engine', verdict({ status: 'SYNCING', latestValidHash: null, validationError: null })],
    [/sync/, /nothing to do while it syncs|its log/],
  ),
  endpoint(
    'the execution client fails',
    ['engine', engineOnly({ code: -32_000, message: 'state is missing' })],
    [/state is missing/, /see the log of the execution client/],
  ),
]
