/** Pattern of a user's nkey seed: `SU` and 56 letters and digits. */
const seedPattern = /^SU[A-Z2-7]{56}$/u

/** The mistake in the text of a file that should hold the nkey seed of a user; undefined if there is none. */
export function nkeySeedProblem(text: string): string | undefined {
  return seedPattern.test(text.trim()) ? undefined : 'it holds no nkey seed of a user'
}
