import { realpathSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findNatsServer } from '#node/nats-server/find-server.ts'
import { runCommand } from '#node/nats-server/run-command.ts'
import { isFault } from '#runtime/fault.ts'
import { type Docker, install, isDebianRoot, isOnPath, pathOf, root } from './docker.ts'

/** Variables of the compose files that name the images. */
export interface Images {
  readonly ATOLL_IMAGE: string
  readonly ATOLL_DEVNET_IMAGE: string
  readonly NATS_IMAGE: string
  readonly HAPROXY_IMAGE: string
}

const longMs = 900_000

/** Time for the first public image; without a registry of images, there is no answer. */
const pullMs = 60_000

/** Images that are built here if the public ones cannot be fetched, in the order of the builds. */
const standIns = {
  debian: 'atoll-test/debian',
  node: 'atoll-test/node',
  servers: 'atoll-test/servers',
} as const

/**
 * Builds the images of Atoll: from the public images of deploy/Dockerfile, or, where no registry of images is reached,
 * from images that are made of Debian's packages.
 */
export async function buildImages({ docker }: Docker): Promise<Images> {
  const isPublic = await canPull(docker, 'debian:12.12-slim')
  if (!isPublic) await buildStandIns(docker)
  const given = isPublic
    ? []
    : [
        `BUILD_IMAGE=${standIns.node}`,
        `BASE_IMAGE=${standIns.debian}`,
        `NPM_CONFIG_REGISTRY=${await npmRegistry()}`,
      ]
  const tags = { atoll: 'atoll-test/atoll', devnet: 'atoll-test/devnet' }
  for (const [target, tag] of Object.entries(tags)) {
    const options = ['--target', target, '--tag', tag, '--file', join(root, 'deploy/Dockerfile')]
    const args = given.flatMap((arg) => ['--build-arg', arg])
    await docker(['build', '--network', 'host', ...options, ...args, root], longMs)
  }
  return {
    ATOLL_IMAGE: tags.atoll,
    ATOLL_DEVNET_IMAGE: tags.devnet,
    NATS_IMAGE: isPublic ? 'nats:2.15.2-alpine' : standIns.servers,
    HAPROXY_IMAGE: isPublic ? 'haproxy:3.0.21-alpine' : standIns.servers,
  }
}

async function canPull(docker: Docker['docker'], image: string): Promise<boolean> {
  try {
    await docker(['pull', '--quiet', image], pullMs)
    return true
  } catch (error) {
    if (isFault(error, 'command-failed') && isDebianRoot) return false
    throw error
  }
}

/** The registry of packages of this machine. */
async function npmRegistry(): Promise<string> {
  const args = ['config', 'get', 'registry']
  return (await runCommand('npm', args, { env: process.env, timeoutMs: 20_000 })).trim()
}

async function buildStandIns(docker: Docker['docker']): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-images-'))
  try {
    if (!(await hasImage(docker, standIns.debian))) await importDebian(docker, folder)
    await buildNode(docker, join(folder, 'node'))
    await buildServers(docker, join(folder, 'servers'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function hasImage(docker: Docker['docker'], image: string): Promise<boolean> {
  return (await docker(['images', '--quiet', image])).trim() !== ''
}

/** The smallest Debian, without the documentation, as in the public image. */
async function importDebian(docker: Docker['docker'], folder: string): Promise<void> {
  if (!isOnPath('debootstrap')) await install(['debootstrap'])
  const system = join(folder, 'debian')
  const options = { env: process.env, timeoutMs: longMs }
  const include = '--include=ca-certificates'
  await runCommand('debootstrap', ['--variant=minbase', include, 'bookworm', system], options)
  const unused = ['doc', 'info', 'locale', 'man'].map((name) => join(system, 'usr/share', name))
  const left = ['var/cache/apt', 'var/lib/apt/lists'].map((name) => join(system, name))
  for (const path of [...unused, ...left]) await rm(path, { recursive: true, force: true })
  const archive = join(folder, 'debian.tar')
  await runCommand('tar', ['-C', system, '-cf', archive, '.'], options)
  await docker(['import', archive, standIns.debian], longMs)
}

/** Debian with this Node.js, the npm of this machine, and the certificate authorities of this machine. */
async function buildNode(docker: Docker['docker'], folder: string): Promise<void> {
  const npm = pathOf('npm')
  if (npm === undefined) throw new Error('there is no npm on PATH')
  const bin = join(folder, 'local/bin')
  await mkdir(bin, { recursive: true })
  await cp(process.execPath, join(bin, 'node'))
  // The program of npm is in the folder `bin` of its package.
  await cp(join(realpathSync(npm), '../..'), join(folder, 'local/lib/node_modules/npm'), {
    recursive: true,
  })
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(bin, 'npm'))
  await cp('/etc/ssl/certs/ca-certificates.crt', join(folder, 'authorities.crt'))
  await build(docker, { tag: standIns.node, folder }, [
    `FROM ${standIns.debian}`,
    'COPY local /usr/local',
    'COPY authorities.crt /etc/ssl/certs/ca-certificates.crt',
    'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt',
  ])
}

/** In place of the images of NATS and HAProxy, which also have wget. */
async function buildServers(docker: Docker['docker'], folder: string): Promise<void> {
  const server = await findNatsServer()
  if (server?.kind !== 'program') throw new Error('no program nats-server was found')
  await mkdir(folder, { recursive: true })
  await cp(server.path, join(folder, 'nats-server'))
  await build(docker, { tag: standIns.servers, folder }, [
    `FROM ${standIns.debian}`,
    'RUN apt-get -qq update && apt-get -qq install -y --no-install-recommends busybox haproxy \\',
    '  && ln -s /bin/busybox /usr/bin/wget && rm -rf /var/lib/apt/lists/*',
    'COPY nats-server /usr/local/bin/',
  ])
}

async function build(
  docker: Docker['docker'],
  { folder, tag }: { readonly folder: string; readonly tag: string },
  lines: readonly string[],
): Promise<void> {
  await writeFile(join(folder, 'Dockerfile'), `${lines.join('\n')}\n`)
  await docker(['build', '--network', 'host', '--tag', tag, folder], longMs)
}
