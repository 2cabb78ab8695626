/** Runs a search that yields questions. Calls `answer` for each question, one at a time, and returns the result. */
export async function runSearch<Question, Answer, Result>(
  search: Generator<Question, Result, Answer>,
  answer: (question: Question) => Promise<Answer>,
): Promise<Result> {
  let step = search.next()
  while (step.done !== true) step = search.next(await answer(step.value))
  return step.value
}
