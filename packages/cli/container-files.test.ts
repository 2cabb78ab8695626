import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { batcherAccount, privateKeyOf, signerAccount } from '#devnet/rollup/accounts.ts'
import { nodeServices } from '#node/node-services.ts'
import { describeSettings } from '#runtime/settings/settings.ts'
import { programs } from './programs.ts'

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')

const composeFiles = ['docker-compose.yml', 'docker-compose.verifier.yml']
const files = [...composeFiles, 'deploy/containers/node.yml', 'deploy/Dockerfile']

/** Variables of the compose files that are no settings. */
const images = ['ATOLL_IMAGE', 'ATOLL_DEVNET_IMAGE']

test('the variables of the containers are settings that exist', () => {
  const known = Object.values(programs).flatMap((schema) =>
    describeSettings(schema).map(({ variable }) => variable),
  )
  for (const file of [...files, 'deploy/verifier.env.example']) {
    const used = new Set(read(file).match(/\bATOLL_[A-Z0-9_]+/gu))
    assert.deepEqual([...used.difference(new Set([...known, ...images]))], [], file)
  }
})

test('each service has a container', () => {
  const containers = read('deploy/containers/node.yml')
  for (const { name } of nodeServices)
    assert.ok(containers.includes(`command: [service, ${name}]`), name)
})

test('the variables of docker-compose.verifier.yml without a default are in deploy/verifier.env.example', () => {
  const needed = [...read('docker-compose.verifier.yml').matchAll(/\$\{(\w+):\?/gu)]
  assert.ok(needed.length > 5)
  const example = read('deploy/verifier.env.example')
  for (const [, name = ''] of needed) assert.match(example, new RegExp(`^${name}=`, 'mu'))
})

test('the keys of the devnet in prepare-volumes.sh are those of its accounts', () => {
  const script = read('deploy/containers/prepare-volumes.sh')
  for (const [name, account] of Object.entries({ signer: signerAccount, batcher: batcherAccount }))
    assert.ok(
      script.includes(`${name}=${Buffer.from(privateKeyOf(account)).toString('hex')}\n`),
      name,
    )
})
