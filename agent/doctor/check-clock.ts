import { Faults, type Finding } from './finding.js';
import type { HeadAnswer } from './look-at-tls.js';

const SWITCH_ON = 'Switch time synchronisation on (timedatectl set-ntp true; Windows: w32tm /resync)';

export const clockFaults = new Faults('clock', {
  'clock-wrong': {
    outcome: 'failed', why: 'The clocks of this machine and the controller are too far apart: certificates and tokens count as expired, or as not valid yet.',
    advice: `${SWITCH_ON} where the clock is wrong; causeway doctor --time-server HOST asks a third clock and says where that is.`,
  },
  'clock-drifts': {
    outcome: 'warning', why: 'The clocks of this machine and the controller have begun to drift apart; tokens with a short life suffer first.',
    advice: 'Check time synchronisation (timedatectl status) on this machine and on the controller; causeway doctor --time-server HOST says which of the two is off.',
  },
  'clock-wrong-here': { outcome: 'failed', why: 'The clock of this machine is wrong: certificates and tokens count as expired, or as not valid yet.', advice: `${SWITCH_ON} on this machine, or set its clock by hand where it may ask no time server.` },
  'clock-drifts-here': { outcome: 'warning', why: 'The clock of this machine is off; tokens with a short life suffer first.', advice: 'Check time synchronisation on this machine (timedatectl status; Windows: w32tm /query /status).' },
  'clock-wrong-there': { outcome: 'failed', why: 'The clock of the controller is wrong: certificates and tokens count as expired there, or as not valid yet.', advice: `${SWITCH_ON} on the controller's machine, or tell who runs it; a reverse proxy in front of it may be the one whose clock is told.` },
  'clock-drifts-there': { outcome: 'warning', why: 'The clock of the controller is off; tokens with a short life suffer first.', advice: 'Check time synchronisation on the controller\'s machine (timedatectl status), or tell who runs it.' },
  'time-server-unknown': { outcome: 'warning', why: 'The name of the time server leads to no address, so no third clock could be asked.', advice: 'Check the name given with --time-server; from inside, some names exist only at the internal name server.' },
  'time-server-silent': {
    outcome: 'warning', why: 'The time server does not answer, so no third clock could be asked.',
    advice: 'Check the name, and that the firewall lets UDP port 123 out from this machine to it and the answers back; NTP goes through no HTTP proxy. Inside there is often a time server of the house: ask the network team.',
  },
  'time-server-refuses': { outcome: 'warning', why: 'The time server does not want to be asked by this machine (a kiss-o\'-death).', advice: 'Do not ask it again soon: RATE means too often, DENY and RSTR that this machine may not. Give another time server, or have this machine allowed there.' },
  'time-server-untrusted': { outcome: 'warning', why: 'What the time server says cannot be relied on, so it says nothing about the clock of this machine.', advice: 'Ask another time server; who runs this one should look whether it is synchronised (chronyc tracking, ntpq -p, w32tm /query /status).' },
});

/** Tokens and Kerberos tickets give five minutes (RFC 4120 section 5.2.6 advises as much). */
const WRONG_MS = 300_000;
const DRIFT_MS = 30_000;

/** What a time server said. */
export interface ThirdClock {
  /** Who said it, for findings. */
  readonly name: string;
  /** How far the clock of this machine is ahead of it, milliseconds. */
  readonly ahead: number;
}

/** The clock of this machine against a time server's. `how`: by which answer. */
export function checkOwnClock({ name, ahead }: ThirdClock, how: string): Finding {
  const grade = gradeOf(ahead);
  if (grade === 'agrees') return clockFaults.ok(name, `The clock of this machine agrees with the time server's (${skewText(ahead)}); ${how}.`);
  return clockFaults.found(`clock-${grade}-here`, name, `The clock of this machine is ${skewText(ahead)} of the time server's; ${how}.`);
}

/** Compares with the Date header of an answer, which has whole seconds; with a third clock it can be told whose is wrong. */
export function checkClock(subject: string, answer: HeadAnswer | undefined, third?: ThirdClock): Finding {
  const told = Date.parse(answer?.headers.date ?? '');
  if (answer === undefined || Number.isNaN(told)) return clockFaults.skipped(subject, 'Not compared: no answer of the controller told its time.');
  const off = answer.at - told;
  if (third !== undefined) return checkControllerClock(subject, { told, at: answer.at, ahead: third.ahead - off }, third);
  const grade = gradeOf(off);
  if (grade === 'agrees') return clockFaults.ok(subject, `The clock of this machine agrees with the controller's (${skewText(off)}).`);
  const what = `${bothTimes(told, answer.at)}: the clock of this machine is ${skewText(off)} of the controller's.`;
  return clockFaults.found(`clock-${grade}`, subject, what);
}

function checkControllerClock(subject: string, { told, at, ahead }: { readonly told: number; readonly at: number; readonly ahead: number }, third: ThirdClock): Finding {
  const grade = gradeOf(ahead);
  const own = gradeOf(third.ahead) === 'agrees' ? 'that of this machine is right' : 'that of this machine is off, too';
  if (grade !== 'agrees') return clockFaults.found(`clock-${grade}-there`, subject, `${bothTimes(told, at)}; by the time server ${third.name} the controller's clock is ${skewText(ahead)}, and ${own}.`);
  return clockFaults.ok(subject, `The controller's clock agrees with the time server's (${skewText(ahead)}).`);
}

function bothTimes(told: number, at: number): string {
  return `The controller's answer says ${new Date(told).toISOString()}, this machine ${new Date(at).toISOString()}`;
}

function gradeOf(milliseconds: number): 'agrees' | 'drifts' | 'wrong' {
  const size = Math.abs(milliseconds);
  return size < DRIFT_MS ? 'agrees' : size < WRONG_MS ? 'drifts' : 'wrong';
}

/** `2 h 5 min ahead` */
export function skewText(milliseconds: number): string {
  const size = Math.round(Math.abs(milliseconds) / 1000);
  const [days, hours, minutes, rest] = [Math.floor(size / 86_400), Math.floor(size / 3600) % 24, Math.floor(size / 60) % 60, size % 60];
  const parts = [[days, 'd'], [hours, 'h'], [minutes, 'min'], [rest, 's']] as const;
  const shown = parts.filter(([count]) => count > 0).slice(0, 2).map(([count, unit]) => `${count} ${unit}`).join(' ');
  return shown === '' ? 'to the second' : `${shown} ${milliseconds > 0 ? 'ahead' : 'behind'}`;
}
