/** Polls until the condition holds; fails with what it waited for. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, milliseconds = 20_000, interval = 20): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited ${milliseconds} ms in vain for ${what}.`);
    await new Promise((resolve) => { setTimeout(resolve, interval); });
  }
}
