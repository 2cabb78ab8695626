import { type Fault, isFault } from '#runtime/fault.ts'

/** How files are read, and who is notified of problems. */
export interface ReplaceableOptions<Content> {
  /** Reads the files. @throws Fault `bad-key`, `file-refused` */
  readonly read: () => Promise<Content>
  /** Called when the files cannot be used any more, and with undefined when they can be used again. */
  readonly onProblem?: ((problem: Fault | undefined) => void) | undefined
}

/**
 * The content of files that an operator may replace while the service runs, such as a secret or a certificate. While
 * the files are being replaced, they may have no usable content. The last usable content then stays in use.
 */
export class ReplaceableFiles<Content> {
  readonly #options: ReplaceableOptions<Content>
  #content: Content
  #problem: Fault | undefined

  private constructor(content: Content, options: ReplaceableOptions<Content>) {
    this.#content = content
    this.#options = options
  }

  /** Reads the files for the first time. @throws Fault `bad-key`, `file-refused` if they cannot be used */
  static async open<Content>(
    options: ReplaceableOptions<Content>,
  ): Promise<ReplaceableFiles<Content>> {
    return new ReplaceableFiles(await options.read(), options)
  }

  /** Reads the files again. @returns their content, or the last content that could be used */
  async current(): Promise<Content> {
    const before = this.#problem
    try {
      this.#content = await this.#options.read()
      this.#problem = undefined
    } catch (error) {
      if (!isFault(error, 'bad-key') && !isFault(error, 'file-refused')) throw error
      this.#problem = error
    }
    if (this.#problem?.message !== before?.message) this.#options.onProblem?.(this.#problem)
    return this.#content
  }
}
