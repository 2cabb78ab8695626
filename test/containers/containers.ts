import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { type Closer, closeAll } from '#runtime/close-all.ts'
import { ComposeProject } from './compose-project.ts'
import type { Docker } from './docker.ts'
import { buildImages, type Images } from './images.ts'

/** The first port on this machine. */
const portBase = Number(process.env['ATOLL_CONTAINERS_PORT'] ?? 16_000)

/** The images of Atoll, and the devnet of docker-compose.yml. */
export class Containers {
  readonly devnet: ComposeProject
  readonly #docker: Docker
  readonly #images: Images

  private constructor(docker: Docker, images: Images) {
    this.#docker = docker
    this.#images = images
    const l1Port = String(portBase + 2)
    this.devnet = new ComposeProject(docker, {
      name: 'atoll-test',
      files: ['docker-compose.yml'],
      env: { ...images, L1_RPC_PORT: l1Port, BLOCK_TIME: '1', L1_BLOCK_TIME: '1' },
      ports: { rollup: portBase, l2: portBase + 1, stream: portBase + 5 },
    })
  }

  /** Builds the images. Docker ends if that fails. */
  static async open(docker: Docker): Promise<Containers> {
    try {
      const containers = new Containers(docker, await buildImages(docker))
      await containers.devnet.clear()
      return containers
    } catch (error) {
      await docker.close()
      throw error
    }
  }

  async close(): Promise<void> {
    try {
      await this.devnet.close()
    } finally {
      await this.#docker.close()
    }
  }

  /** Kills the first process of a container, as a crash does. After `docker kill`, Docker would not start it again. */
  async crash(pid: number): Promise<void> {
    assert.ok(pid > 1, `process ${pid}`)
    const image = this.#images.ATOLL_IMAGE
    const host = ['--pid', 'host', '--network', 'none', '--user', '0']
    const kill = ['--entrypoint', 'sh', image, '-c', `kill -9 ${pid}`]
    await this.#docker.docker(['run', '--rm', ...host, ...kill])
  }

  async imageMegabytes(): Promise<number> {
    const args = ['image', 'inspect', '--format', '{{.Size}}', this.#images.ATOLL_IMAGE]
    return Math.round(Number(await this.#docker.docker(args)) / 1e6)
  }

  /** Starts docker-compose.verifier.yml on the L1 of the devnet, until the test ends. */
  async startVerifier(t: TestContext): Promise<ComposeProject> {
    const verifier = new ComposeProject(this.#docker, {
      name: 'atoll-test-verifier',
      files: ['docker-compose.verifier.yml', 'test/containers/verifier.override.yml'],
      env: {
        ...this.#images,
        ATOLL_CHAIN_ID: '901',
        DEVNET_ROLLUP_VOLUME: 'atoll-test_rollup',
        ATOLL_L1_RPC_URLS: 'http://devnet-l1:8545',
        ATOLL_L1_BEACON_URLS: 'http://devnet-l1:5052',
        ATOLL_P2P_ADVERTISE_IP: '127.0.0.1',
        // The override has other values.
        OP_RETH_CHAIN: 'devnet',
        OP_RETH_IMAGE: this.#images.ATOLL_IMAGE,
        SEQUENCER_URL: 'http://devnet',
      },
      ports: { rollup: portBase + 3, l2: portBase + 4 },
    })
    const closing: Closer[] = [() => verifier.close()]
    t.after(() => closeAll(closing))
    await verifier.clear()
    await verifier.compose('create', '--no-build')
    const l1 = ['atoll-test-verifier_default', await this.devnet.idOf('l1')]
    await this.#docker.docker(['network', 'connect', '--alias', 'devnet-l1', ...l1])
    // A network is removed only when nothing is connected to it.
    closing.push(() => this.#docker.docker(['network', 'disconnect', ...l1]))
    await verifier.compose('up', '--no-build', '--detach')
    return verifier
  }
}
