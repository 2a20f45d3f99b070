import { ConnectorError } from '../../../protocol/model/index.js';
import { requireObject, textAt, type JsonObject, type RequestLine, type RestCall } from '../../engines/rest/index.js';
import { sleep, systemClock } from '../../framework/clock.js';
import { tagOf } from './unions.js';

/** Milliseconds between two questions, at first and at most; and for how long a job is waited for. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5_000;
const PATIENCE = 300_000;

/**
 * What a request has led to that Dropbox may carry out at once or as a job (`LaunchResultBase` and `PollResultBase` of
 * https://www.dropbox.com/developers/documentation/http/teams): the answer with the tag `complete`.
 */
export async function completedJob(call: RestCall, launched: JsonObject, ask: RequestLine): Promise<JsonObject> {
  if (tagOf(launched) !== 'async_job_id') return launched;
  const id = textAt(launched, 'async_job_id') ?? '';
  for (let pause = FIRST_PAUSE, waited = 0; waited < PATIENCE; waited += pause, pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    await sleep(systemClock, pause, call.signal);
    const state = requireObject(await call.send(ask, { json: { async_job_id: id }, kind: 'read' }), `The answer to ${ask}`, 'unknown');
    if (tagOf(state) === 'complete') return state;
    if (tagOf(state) === 'failed') throw new ConnectorError('connector', `Dropbox gave the job up: ${textAt(state, 'failed') ?? 'it does not say why'}. Read the object again.`, { outcome: 'unknown' });
  }
  throw new ConnectorError('operationTimeout', `Dropbox has not finished the job ${id} within ${PATIENCE / 60_000} minutes. Read the object again later.`, { outcome: 'unknown' });
}
