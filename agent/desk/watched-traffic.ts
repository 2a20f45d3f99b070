import type { TargetTraffic } from '../../connectors/framework/index.js';
import { Scrubber } from './recording/scrubber.js';

const MOST = 1000;

/** Notes what goes to the target, without secrets, for a person to read; hands everything on to what stands there besides. */
export function watchedTraffic(inner: TargetTraffic = {}): { readonly traffic: TargetTraffic; readonly sent: readonly string[]; isKnown(): boolean } {
  const scrubber = new Scrubber();
  const sent: string[] = [];
  let isKnown = false;
  const note = (text: string): void => { if (sent.length < MOST) sent.push(text); };
  return {
    sent, isKnown: () => isKnown,
    traffic: {
      secrets: (reveal) => {
        scrubber.learn(reveal());
        inner.secrets?.(reveal);
      },
      opening: (connector, configuration) => {
        isKnown ||= connector.traffic !== undefined;
        return inner.opening?.(connector, configuration) ?? connector;
      },
      http: (request, send) => {
        note(`${request.method} ${scrubber.address(request.url)}`);
        return inner.http === undefined ? send() : inner.http(request, send);
      },
      native: (request) => {
        note(scrubber.text(request.text));
        inner.native?.(request);
      },
    },
  };
}
