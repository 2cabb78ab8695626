/** What ends a part of a program. */
export type Closer = () => unknown

/**
 * Ends parts one after another, the last one first. All parts are ended, even if some fail to; the first error is then
 * thrown.
 */
export async function closeAll(closers: readonly Closer[]): Promise<void> {
  const errors: unknown[] = []
  for (const close of closers.toReversed())
    try {
      await close()
    } catch (error) {
      errors.push(error)
    }
  if (errors.length > 0) throw errors[0]
}
