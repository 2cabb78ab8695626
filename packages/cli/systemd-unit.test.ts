import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { nodeSettings } from '#node/node-settings.ts'
import { describeSettings, readSettings } from '#runtime/settings/settings.ts'
import { exitCodes } from '#service/service.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = `${root}deploy/systemd/`

/** The lines `key=value` of a file of systemd, without comments. */
function entriesOf(file: string): readonly (readonly [key: string, value: string])[] {
  const text = readFileSync(`${folder}${file}`, 'utf8').replaceAll(/\s*\\\n\s*/gu, ' ')
  return [...text.matchAll(/^([A-Za-z]\w*)=(.*)$/gmu)].map(([, key = '', value = '']) => [
    key,
    value,
  ])
}

const unit = new Map(entriesOf('atoll-node.service'))
const [program = '', command, ...flags] = unit.get('ExecStart')?.split(' ') ?? []
const env = Object.fromEntries(entriesOf('node.env.example'))

test('the systemd unit starts a node with settings that exist, and loads the credential that these settings name', () => {
  assert.equal(command, 'node')
  assert.ok(existsSync(program.replace('/opt/atoll/', root)), program)
  const [credential = ''] = unit.get('LoadCredential')?.split(':') ?? []
  assert.ok(flags.includes(`%d/${credential}`))
  const args = flags.map((flag) => flag.replace('%d', `${root}test/fakes`))
  const { settings } = readSettings(nodeSettings, { args, env })
  assert.equal(settings.dataDir, `/var/lib/${unit.get('StateDirectory')}`)
  const known = describeSettings(nodeSettings).map(({ variable }) => variable)
  for (const variable of Object.keys(env)) assert.ok(known.includes(variable), variable)
})

test('systemd restarts a node after a failure, but not after a mistake in the settings', () => {
  assert.equal(unit.get('Restart'), 'on-failure')
  assert.equal(unit.get('RestartPreventExitStatus'), String(exitCodes.settings))
})
