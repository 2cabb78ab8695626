import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Command } from 'commander'
import * as z from 'zod'
import { helpOf } from '#test/fakes/help-of.ts'
import { chainSettings } from './chain-settings.ts'
import { serviceSettings } from './service-settings.ts'
import { onOff, wholeNumber } from './setting-kinds.ts'
import { describeSettings, type SettingsSchema } from './settings.ts'
import { addSettings } from './settings-options.ts'

/** The help of a command with these settings, on a terminal of a width. */
function helpWith(schema: SettingsSchema, width = 80): string {
  return helpOf(addSettings(new Command('atoll x'), describeSettings(schema)), width)
}

const many = z.strictObject({ ...serviceSettings.shape, ...chainSettings.shape })

test('many settings are grouped by area, after the required settings', () => {
  const titles = helpWith(many).match(/^\S.*:$/gmu)
  assert.deepEqual(titles, [
    'Required:',
    'Chain:',
    'Bus:',
    'Log and monitoring:',
    'Options:',
    'Values of --network:',
  ])
  assert.deepEqual(helpWith(chainSettings).match(/^\S.*:$/gmu)?.[0], 'Optional:')
})

test('help lists the networks', () => {
  const help = helpWith(chainSettings)
  assert.match(help, /Values of --network:\n {2}base-mainnet, [^]*, op-sepolia,[^]* zora-sepolia\n/)
})

test('a switch is shown with its negation, and another setting with its value', () => {
  const schema = z.strictObject({
    json: onOff().default(false).describe('whether to print JSON'),
    noNode: onOff().default(false).describe('whether there is no node'),
    to: wholeNumber(0, 9).default(1).describe('block'),
  })
  assert.match(
    helpWith(schema),
    /^ {2}--\[no-\]json +whether.*\n.*\n {2}--no-node +whether.*\n.*\n {2}--to <value> /mu,
  )
})

test('if there is no room beside the flags, each description is below its flag', () => {
  const help = helpWith(chainSettings, 60)
  assert.match(help, /^ {2}--network <value>\n {6}network whose rollup config/mu)
  assert.deepEqual(
    help.split('\n').filter((line) => line.length > 60),
    [],
  )
})
