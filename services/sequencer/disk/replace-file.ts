import { mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Replaces the content of a file, so that a crash leaves either the old or the new content. Creates the folder of the
 * file.
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true })
  const temporary = `${path}.tmp`
  await withFile(temporary, 'w', async (file) => {
    await file.writeFile(content)
    await file.datasync()
  })
  await rename(temporary, path)
  await withFile(folder, 'r', (file) => file.sync())
}

async function withFile(
  path: string,
  flags: 'w' | 'r',
  use: (file: Awaited<ReturnType<typeof open>>) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags, 0o600)
  try {
    await use(file)
  } finally {
    await file.close()
  }
}
