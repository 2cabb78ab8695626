/** Runs a search that yields questions; `answer` is called for one question at a time. */
export async function runSearch<Question, Answer, Result>(
  search: Generator<Question, Result, Answer>,
  answer: (question: Question) => Promise<Answer>,
): Promise<Result> {
  let step = search.next()
  while (step.done !== true) step = search.next(await answer(step.value))
  return step.value
}
