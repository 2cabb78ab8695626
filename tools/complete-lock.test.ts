import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { missingEntries } from './complete-lock.ts'

test('the lock file has every platform package, so that npm ci accepts the lock with any registry', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Parameters<
    typeof missingEntries
  >[0]
  assert.deepEqual(Object.keys(missingEntries(lock)), [])
})

test('the platform of a package that npm omitted is read from its name', () => {
  const optionalDependencies = {
    '@tool/linux-x64-musl': '1.2.3',
    '@tool/binding-linux-arm64-gnu': '1.2.3',
    '@tool/darwin-arm64': '1.2.3',
    '@tool/win32-ia32-msvc': '1.2.3',
  }
  const lock = { packages: { 'node_modules/@tool/cli': { dev: true, optionalDependencies } } }
  const rest = { version: '1.2.3', dev: true, optional: true }
  assert.deepEqual(missingEntries(lock), {
    'node_modules/@tool/linux-x64-musl': { ...rest, cpu: ['x64'], libc: ['musl'], os: ['linux'] },
    'node_modules/@tool/binding-linux-arm64-gnu': {
      ...rest,
      cpu: ['arm64'],
      libc: ['glibc'],
      os: ['linux'],
    },
    'node_modules/@tool/darwin-arm64': { ...rest, cpu: ['arm64'], os: ['darwin'] },
    'node_modules/@tool/win32-ia32-msvc': { ...rest, cpu: ['ia32'], os: ['win32'] },
  })
})

test('existing entries of the lock file stay unchanged', () => {
  const lock = {
    packages: {
      'node_modules/a': { optionalDependencies: { b: '1.0.0' } },
      'node_modules/b': { version: '1.0.0' },
    },
  }
  assert.deepEqual(missingEntries(lock), {})
})
