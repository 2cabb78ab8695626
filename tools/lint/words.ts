/** Words that lint refuses in comments, messages and docs, each with its replacement. */
export interface Word {
  readonly pattern: RegExp
  readonly instead: string
}

const word = (pattern: string, instead: string): Word => ({
  pattern: new RegExp(`\\b(?:${pattern})\\b`, 'i'),
  instead,
})

/** The list. Add a word when a reader had to read a sentence twice. */
const wordsToAvoid: readonly Word[] = [
  word('told|tells|telling|tell of|to tell', 'reports, says, names, logs, or: is notified of'),
  word('(?:is|are) none of', 'does not belong to …'),
  word('(?<!there )(?:is|are) none(?! of)', 'the whole predicate, such as "is not a block"'),
  word('as (?:many|often|seldom) as', 'a number, a rate, or: up to, every'),
  word('left out|leaves? out|leaving out', 'omitted, skipped; for an argument "undefined: …"'),
  word('lies?|lied|lying|liars?', 'wrong answer, incorrect'),
  word('untrue|not true', 'wrong, does not match'),
  word('anew', 'again'),
  word(
    'whoever|who(?:ever)? (?:has|asks|waits|reads|wants|means)',
    'the subject: the caller, the reader',
  ),
  word('nobody|somebody', 'the subject: no caller, no service, an operator'),
  word('seldom', 'rarely, or the rate'),
  word('bur(?:y|ied)', 'drop, remember as invalid'),
  word('hears? of|heard of', 'is notified of, receives'),
  word('takes? up', 'starts, adopts'),
  word('cut up|cuts up', 'split'),
  word('gives? up|given up|gave up', 'abandons, stops, drops, times out'),
  word('hangs? together|go(?:es)? together', 'is linked, matches'),
  word('lets? go', 'releases, drops'),
  word('stands? on', 'needs, depends on'),
  word('made (?:out )?of what|what is made of', 'name it'),
  word('what (?:came|comes|became|becomes) of', 'the result of, the outcome of'),
  word('for ever', 'without end, permanently'),
  word('reckons?', 'computes'),
  word('(?:is|are) waited for|what is wanted', 'who waits for what'),
  word('found out', 'detected'),
  word('unfit', 'unsuitable, does not meet …'),
  word('of late', 'recently'),
  word('fit for', 'suitable for'),
  word('(?:is|are) of another (?:chain|rollup)', 'belongs to another chain'),
]

/** Files that quote third-party text, or the refused words themselves. */
export const wordsExempt = /(?:lint\/(?:words|rules\.test)\.ts$|registry\/|vectors\/)/

/** The first listed word in a text; undefined if there is none. */
export function wordToAvoid(text: string): (Word & { readonly found: string }) | undefined {
  for (const word of wordsToAvoid) {
    const found = word.pattern.exec(text)?.[0]
    if (found !== undefined) return { ...word, found }
  }
  return undefined
}
