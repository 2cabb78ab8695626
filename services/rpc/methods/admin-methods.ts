import * as z from 'zod'
import { logLevel } from '#messages/subjects.ts'
import type { LogLevelChange } from '#messages/log-level-change.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import { hashJson } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { payloadJson, toPayload } from '#json-rpc/forms/payload-json.ts'
import type { Methods } from '#json-rpc/json-rpc-dispatch.ts'
import type { NodeCalls } from '#services/rpc/blocks/node-calls.ts'
import type { Context } from '#services/rpc/ports.ts'
import type { View } from '#services/rpc/status/view.ts'
import { converted, readParams, text } from './params.ts'
import { serverError } from './server-error.ts'

/** Dependencies of the methods in the namespace `admin`. */
export interface AdminMethodsOptions extends Pick<Context, 'bus' | 'log'> {
  readonly calls: Pick<NodeCalls, 'reset' | 'postPayload'>
  readonly view: View
}

/** Log levels of op-node, and Atoll's level for each. op-node ignores the case. Source: op-service, log/cli.go */
const levels: ReadonlyMap<string, LogLevelChange['level']> = new Map([
  ['trace', 'debug'],
  ['trce', 'debug'],
  ['debug', 'debug'],
  ['dbug', 'debug'],
  ['info', 'info'],
  ['warn', 'warn'],
  ['error', 'error'],
  ['eror', 'error'],
  ['crit', 'error'],
])

const envelopeJson = z.object({
  parentBeaconBlockRoot: hashJson.nullish(),
  executionPayload: payloadJson,
})

const envelope = converted((json): Payload => {
  const { executionPayload, parentBeaconBlockRoot } = parseJson(envelopeJson, json)
  return toPayload(executionPayload, parentBeaconBlockRoot ?? undefined)
})

/** The namespace `admin`, without the methods of a sequencer. Source: op-node, node/api.go */
export function adminMethods({ bus, calls, log, view }: AdminMethodsOptions): Methods {
  return {
    admin_resetDerivationPipeline: async (params) => {
      readParams(params)
      const { chain } = view.state
      if (chain === undefined) throw serverError('the engine has not found its start yet')
      log.info({ generation: String(chain.generation) }, 'an operator resets derivation')
      return calls.reset(chain.generation)
    },
    admin_postUnsafePayload: async (params) => {
      const [payload] = readParams<[Payload]>(params, envelope)
      const { blockHash, number } = payload
      const actual = hashPayload(payload)
      if (actual !== blockHash)
        throw serverError(
          `payload has bad block hash: ${blockHash}, actual block hash is: ${actual}`,
        )
      log.info({ l2: { number, hash: blockHash } }, 'an operator posts an unsafe block')
      return calls.postPayload(payload)
    },
    admin_setLogLevel: (params) => {
      const [name] = readParams<[string]>(params, text)
      const level = levels.get(name.toLowerCase())
      if (level === undefined) throw serverError(`unknown level: ${name.toLowerCase()}`)
      bus.emit(logLevel, { level })
      log.warn({ level }, 'an operator sets the log level of all services')
      return null
    },
  }
}
