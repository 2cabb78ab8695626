/** A file that breaks one rule. */
export interface Planted {
  readonly rule: string
  readonly file: string
  readonly source: string
}

/** A docstring for planted exports, so that only the planted rule is broken. */
export const doc = '/** An export of a planted file. */\n'

/** Imports that break the layers of `layers.ts`, each once as a static and once as a dynamic import. */
export const plantedImports: readonly Planted[] = [
  ...(
    [
      ['packages/protocol', '#messages/subjects.ts'],
      ['packages/protocol', '#runtime/fault.ts'],
      ['packages/protocol', '#proto/atoll.js'],
      ['packages/protocol', 'node:fs'],
      ['packages/protocol', 'node:crypto'],
      ['packages/protocol', 'pino'],
      ['packages/protocol', 'fs'],
      ['packages/protocol', 'ws'],
      ['packages/messages', '@nats-io/transport-node'],
      ['packages/messages', '#runtime/fault.ts'],
      ['packages/messages', '#cli/main.ts'],
      ['packages/messages', 'node:fs'],
      ['packages/runtime', '#bus/bus.ts'],
      ['packages/runtime', '#services/engine/step.ts'],
      ['packages/runtime', '#proto/atoll.js'],
      ['packages/runtime', '#test/fakes/values.ts'],
      ['packages/bus', '#json-rpc/endpoint.ts'],
      ['packages/json-rpc', '#l1/l1-client.ts'],
      ['packages/engine-api', '#service/actor.ts'],
      ['packages/flashblock-stream', '#libp2p/open-host.ts'],
      ['packages/execution-client', '#services/engine/step.ts'],
      ['packages/execution-client', '#records/folder/read-l2.ts'],
      ['packages/records', '#services/engine/step.ts'],
      ['packages/node', '#devnet/run-devnet.ts'],
      ['services/engine', '#services/derivation/step.ts'],
      ['services/engine', '#cli/main.ts'],
      ['services/engine', '#execution-client/chain/chain.ts'],
      ['packages/cli', '#test/fakes/values.ts'],
      ['packages/cli', '#tools/graph.ts'],
      ['devnet', '#cli/main.ts'],
      ['devnet', '#test/fakes/values.ts'],
    ] as const
  ).flatMap(([folder, target], at) => [
    {
      rule: 'atoll(layers)',
      file: `${folder}/layer-${at}.ts`,
      source: `import * as it from '${target}'\n${doc}export const a: unknown = it\n`,
    },
    {
      rule: 'atoll(layers)',
      file: `${folder}/layer-dynamic-${at}.ts`,
      source: `${doc}export const a: Promise<unknown> = import('${target}')\n`,
    },
  ]),
  ...['`#devnet/${name}.ts`', "'#devnet/' + name", 'name', '`${name}.ts`'].map((path, at) => ({
    rule: 'atoll(layers)',
    file: `packages/node/layer-computed-${at}.ts`,
    source: `${doc}export const a = (name: string): Promise<unknown> => import(${path})\n`,
  })),
  {
    rule: 'atoll(layers)',
    file: 'packages/node/layer-type.ts',
    source: `${doc}export type A = import('#devnet/run-devnet.ts').Options\n`,
  },
  ...(
    [
      ['packages/bus', '../fault.ts'],
      ['services/engine', '../derivation/step.ts'],
      ['test/fakes', '../model/engine.ts'],
    ] as const
  ).map(([folder, target], at) => ({
    rule: 'eslint(no-restricted-imports)',
    file: `${folder}/upward-${at}.ts`,
    source: `import * as it from '${target}'\n${doc}export const a: unknown = it\n`,
  })),
]
