import { askTimeServer, type AskedTime } from './ask-time-server.js';
import type { Patience } from './bounded.js';
import { checkOwnClock, clockFaults, type ThirdClock } from './check-clock.js';
import { resolveName } from './check-dns.js';
import type { Finding } from './finding.js';
import { placeText, type Place } from './reach.js';

/** Names of time servers lead to many addresses; each is another machine. */
const MOST_ADDRESSES = 3;

export interface TimeServerChecked {
  readonly finding: Finding;
  /** Undefined: there is no time to go by. */
  readonly third: ThirdClock | undefined;
}

/** Asks a time server, address after address of its name until one answers, and says what that means for the clock of this machine. */
export async function checkTimeServer(server: Place, patience: Patience, now: () => number): Promise<TimeServerChecked> {
  const name = placeText(server);
  const { addresses, what } = await resolveName(server.host, patience);
  if (addresses.length === 0) return { finding: clockFaults.found('time-server-unknown', name, what), third: undefined };
  const unheard: string[] = [];
  for (const host of addresses.slice(0, MOST_ADDRESSES)) {
    const place = { host, port: server.port };
    const asked = await askTimeServer(place, patience, now);
    if (asked.kind !== 'silent') return heard(name, asked, placeText(place));
    unheard.push(`${placeText(place)}: ${asked.why}`);
  }
  return { finding: clockFaults.found('time-server-silent', name, `SNTP over UDP to ${unheard.join('; ')}.`), third: undefined };
}

function heard(name: string, asked: Exclude<AskedTime, { readonly kind: 'silent' }>, place: string): TimeServerChecked {
  if (asked.kind === 'kiss') return { finding: clockFaults.found('time-server-refuses', name, `SNTP over UDP to ${place}: the answer is the kiss code ${asked.code}.`), third: undefined };
  if (asked.kind === 'untrusted') return { finding: clockFaults.found('time-server-untrusted', name, `SNTP over UDP to ${place}: ${asked.why}.`), third: undefined };
  const { ahead, roundTrip, stratum } = asked;
  const third = { name, ahead };
  return { finding: checkOwnClock(third, `${place} answered in ${Math.ceil(roundTrip)} ms, stratum ${stratum}`), third };
}
