import { Faults, type Finding } from './finding.js';
import type { HeadAnswer } from './look-at-tls.js';

export const clockFaults = new Faults('clock', {
  'clock-wrong': {
    outcome: 'failed', why: 'The clocks of this machine and the controller are too far apart: certificates and tokens count as expired, or as not valid yet.',
    advice: 'Switch time synchronisation on (timedatectl set-ntp true; Windows: w32tm /resync) where the clock is wrong; compare with a third clock to see where.',
  },
  'clock-drifts': {
    outcome: 'warning', why: 'The clocks of this machine and the controller have begun to drift apart; tokens with a short life suffer first.',
    advice: 'Check time synchronisation (timedatectl status) on this machine and on the controller.',
  },
});

/** Tokens and Kerberos tickets give five minutes (RFC 4120 section 5.2.6 advises as much). */
const WRONG_MS = 300_000;
const DRIFT_MS = 30_000;

/** Compares with the Date header of an answer, which has whole seconds. */
export function checkClock(subject: string, answer: HeadAnswer | undefined): Finding {
  const told = Date.parse(answer?.headers.date ?? '');
  if (answer === undefined || Number.isNaN(told)) return clockFaults.skipped(subject, 'Not compared: no answer of the controller told its time.');
  const off = answer.at - told;
  const size = Math.abs(off);
  if (size < DRIFT_MS) return clockFaults.ok(subject, `The clock of this machine agrees with the controller's (${skewText(off)}).`);
  const what = `The controller's answer says ${new Date(told).toISOString()}, this machine ${new Date(answer.at).toISOString()}: the clock of this machine is ${skewText(off)} of the controller's.`;
  return clockFaults.found(size < WRONG_MS ? 'clock-drifts' : 'clock-wrong', subject, what);
}

/** `2 h 5 min ahead` */
export function skewText(milliseconds: number): string {
  const size = Math.round(Math.abs(milliseconds) / 1000);
  const [days, hours, minutes, rest] = [Math.floor(size / 86_400), Math.floor(size / 3600) % 24, Math.floor(size / 60) % 60, size % 60];
  const parts = [[days, 'd'], [hours, 'h'], [minutes, 'min'], [rest, 's']] as const;
  const shown = parts.filter(([count]) => count > 0).slice(0, 2).map(([count, unit]) => `${count} ${unit}`).join(' ');
  return shown === '' ? 'to the second' : `${shown} ${milliseconds > 0 ? 'ahead' : 'behind'}`;
}
