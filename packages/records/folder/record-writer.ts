import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip, type Gzip, gzipSync } from 'node:zlib'
import { Fault } from '#runtime/fault.ts'
import { type TemporaryFolder, temporaryFolder } from '#runtime/temporary-folder.ts'

/** A file of lines being written. */
interface LineFile {
  readonly packed: Gzip
  /** Resolves when the whole file is on disk. */
  readonly written: Promise<void>
}

/** Writes a record into a temporary folder that is renamed at the end, so that the final folder is always complete. */
export class RecordWriter {
  readonly #out: string
  readonly #folder: TemporaryFolder
  readonly #files = new Map<string, LineFile>()

  private constructor(out: string, folder: TemporaryFolder) {
    this.#out = out
    this.#folder = folder
  }

  /** Begins a record at a path. @throws Fault `settings` if the path exists, or its parent folder is missing */
  static async create(out: string): Promise<RecordWriter> {
    const path = resolve(out)
    refuseExisting(path)
    const mark = randomUUID().slice(0, 8)
    const folder = join(dirname(path), `.${basename(path)}-unfinished-${mark}`)
    if (!existsSync(dirname(path))) {
      const detail = `--out is ${out}: there is no folder ${dirname(path)}, create it first`
      throw new Fault('settings', { detail })
    }
    await mkdir(folder)
    return new RecordWriter(path, temporaryFolder(folder))
  }

  /** Appends a line to a compressed file. */
  addLine(name: string, line: string): void {
    let file = this.#files.get(name)
    if (file === undefined) {
      const packed = createGzip()
      const written = pipeline(packed, createWriteStream(join(this.#folder.path, `${name}.gz`)))
      // The code that waits for the file handles the error.
      void Promise.allSettled([written])
      file = { packed, written }
      this.#files.set(name, file)
    }
    file.packed.write(`${line}\n`)
  }

  /** Waits until the buffered lines are written, so that few lines are in memory. @throws the error of the disk */
  async drained(): Promise<void> {
    for (const { packed, written } of this.#files.values())
      if (packed.writableNeedDrain || packed.destroyed)
        await Promise.race([once(packed, 'drain'), written])
  }

  /** Writes a JSON file. */
  async addJson(name: string, json: unknown): Promise<void> {
    await writeFile(join(this.#folder.path, name), `${JSON.stringify(json, undefined, 2)}\n`)
  }

  /** Writes a compressed JSON file. */
  async addPackedJson(name: string, json: unknown): Promise<void> {
    await writeFile(join(this.#folder.path, `${name}.gz`), gzipSync(JSON.stringify(json)))
  }

  /** Closes all files, and renames the folder. @throws Fault `settings` if the final path exists */
  async finish(): Promise<void> {
    for (const { packed, written } of this.#files.values()) {
      packed.end()
      await written
    }
    refuseExisting(this.#out)
    await rename(this.#folder.path, this.#out)
    this.#folder.keep()
  }

  /** Removes the record. */
  async discard(): Promise<void> {
    for (const { packed } of this.#files.values()) packed.destroy()
    await Promise.allSettled([...this.#files.values()].map(({ written }) => written))
    await this.#folder.remove()
    this.#folder.keep()
  }
}

function refuseExisting(path: string): void {
  if (!existsSync(path)) return
  const detail = `${path} exists and is not overwritten: remove it, or give another --out`
  throw new Fault('settings', { detail })
}
