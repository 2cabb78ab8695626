import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flashblockToJson } from '#json-rpc/forms/flashblock-json.ts'
import { at } from '#test/fakes/builder-run.ts'
import { toPublicForm } from './public-form.ts'

test('the metadata of a public flashblock has all fields that rollup-boost asks for', () => {
  const { metadata } = flashblockToJson(toPublicForm(at(1), 7n))
  assert.deepEqual(metadata, { block_number: 7, new_account_balances: {}, receipts: {} })
})
