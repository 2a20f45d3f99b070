import { readFile } from 'node:fs/promises';
import type { RestClient } from '../../support/rest-client.js';
import { until } from '../../support/until.js';

const CREATES = 6;
/** Creates begin within this, and a process dies within this, milliseconds. */
const SPREAD = 60;
const KILL_WITHIN = 160;

/** mulberry32 */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

export interface Answer { readonly uid: string; readonly status: number; readonly outcome: string | undefined; readonly text: string }

/** When the process dies: within so many milliseconds, or as long after any number of answers. */
type Moment = 'from the start' | 'from an answer';

/** Creates with a kill in between; resolves when all are answered and the process that was killed is back. */
export async function createsUnderKill(
  rest: RestClient, random: () => number, create: (uid: string) => { path: string; body: object }, name: string, victim: { kill(): Promise<void>; restart(): Promise<void> }, moment: Moment = 'from the start',
): Promise<Answer[]> {
  let answered = 0;
  const answers = Array.from({ length: CREATES }, async (_, index): Promise<Answer> => {
    const uid = `${name}-${index}`;
    const { path, body } = create(uid);
    await pause(random() * SPREAD);
    const answer = await rest.send(`${path}?_action=create`, { method: 'POST', body });
    answered++;
    const detail = (answer.body['detail'] ?? {}) as { outcome?: string };
    return { uid, status: answer.status, outcome: detail.outcome, text: JSON.stringify(answer.body) };
  });
  const least = moment === 'from an answer' ? Math.floor(random() * CREATES) : 0;
  await until(() => answered >= least, `${least} answers`, 30_000, 1);
  await pause(random() * (least === 0 ? KILL_WITHIN : SPREAD));
  await victim.kill();
  await victim.restart();
  return Promise.all(answers);
}

/** How often the accounts are in a CSV file. */
export async function csvCount(csvFile: string): Promise<(uid: string) => number> {
  const lines = (await readFile(csvFile, 'utf8')).split('\n');
  return (uid) => lines.filter((line) => line.startsWith(`${uid},`) || line.startsWith(`"${uid}",`)).length;
}

/** What the caller was told, against what is there. */
export function verdict({ status, outcome, text }: Answer, count: number): string {
  if (count > 1) return `there are ${count}`;
  if (status === 201) return count === 1 ? 'created' : `told "created", and it is not there: ${text}`;
  if (outcome === 'unknown') return 'unknown';
  if (outcome === 'applied') return count === 1 ? 'applied' : `told "applied", and it is not there: ${text}`;
  if (status === 503) return count === 0 ? 'not created' : `told "not created", and it is there: ${text}`;
  return `unexpected ${status}: ${text}`;
}
