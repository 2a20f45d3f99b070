import { ConnectorError } from '../../protocol/model/index.js';
import type { HttpTraffic, TargetTraffic } from '../../connectors/framework/index.js';
import { Scrubber } from './recording/scrubber.js';

export interface Rehearsal {
  readonly traffic: TargetTraffic;
  /** The first request that would have written; undefined: there was none. */
  readonly stopped: string | undefined;
}

/**
 * Lets through what only reads, and stops the first request that would write, and each one behind it, before it is sent.
 * `inner` answers reads in the target's place, where a recording does.
 */
export function rehearsalTraffic(inner: TargetTraffic = {}): Rehearsal {
  const scrubber = new Scrubber();
  let stopped: string | undefined;
  const stop = (text: string): never => {
    stopped ??= text;
    throw new ConnectorError('illegalState', 'This is a dry run: what would write is not sent.', { outcome: 'notApplied' });
  };
  return {
    get stopped() { return stopped; },
    traffic: {
      secrets: (reveal) => {
        scrubber.learn(reveal());
        inner.secrets?.(reveal);
      },
      opening: (connector, configuration) => {
        scrubber.learnFields(connector.secretFields ?? []);
        return inner.opening?.(connector, configuration) ?? connector;
      },
      http: (request, send) => {
        if (!request.reads) stop(requestText(request, scrubber));
        return inner.http === undefined ? send() : inner.http(request, send);
      },
      native: ({ text, reads }) => { if (!reads) stop(scrubber.text(text)); },
    },
  };
}

function requestText({ method, url, headers, body }: HttpTraffic, scrubber: Scrubber): string {
  const type = headers.get('content-type') ?? '';
  const lines = [`${method} ${scrubber.address(url)}`];
  if (body !== undefined) lines.push(`content-type: ${type}`, scrubber.body(Buffer.from(body).toString('utf8'), type));
  return lines.join('\n');
}
