import { Readable } from 'node:stream';
import type { HttpTraffic, HttpTrafficAnswer } from '../../../connectors/framework/index.js';
import { recordedRequest } from './http-recorder.js';
import type { RecordedBody, RecordedExchange } from './recording-lines.js';
import type { Scrubber } from './scrubber.js';
import { RecordedAnswers, unrecorded } from './unrecorded.js';

/** Would have a replay wait for limits of a server that is not there. */
const OF_LIMITS = /ratelimit|^retry-after$/;

/** Answers requests with what was recorded; nothing is sent. A request that was not recorded fails and says what differs. */
export class HttpReplay {
  readonly #answers: RecordedAnswers<RecordedExchange>;
  readonly #scrubber: Scrubber;

  constructor(exchanges: readonly RecordedExchange[], scrubber: Scrubber) {
    this.#answers = new RecordedAnswers(exchanges, ({ method, url }) => `${method} ${url}`);
    this.#scrubber = scrubber;
  }

  answer(request: HttpTraffic): HttpTrafficAnswer {
    const { answer, failure } = this.#answers.take(recordedRequest(request, this.#scrubber));
    if (answer === undefined) throw Object.assign(new Error(failure?.message ?? 'no answer was recorded'), { code: failure?.code ?? 'unknown' });
    const headers = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !OF_LIMITS.test(name)).map(([name, value]): [string, string | string[]] => [name, typeof value === 'string' ? value : [...value]]));
    return { statusCode: answer.status, headers, body: Readable.from(bodyOf(answer.body, failure), { objectMode: false }) };
  }
}

async function* bodyOf(body: RecordedBody, failure: RecordedExchange['failure']): AsyncGenerator<Uint8Array, void, void> {
  if ('omitted' in body) throw unrecorded(`the answer has ${body.omitted} bytes that were not kept.`);
  const bytes = Buffer.from(body.text, 'utf8');
  if (bytes.length > 0) yield bytes;
  if (failure !== undefined) throw Object.assign(new Error(failure.message), { code: failure.code });
}
