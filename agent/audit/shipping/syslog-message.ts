import { hostname } from 'node:os';
import { sequenceOf, timeOf } from '../audit-line.js';

/** RFC 5424 section 6.2.1; `audit` is 13, as the RFC calls it. */
export const FACILITIES = {
  user: 1, daemon: 3, auth: 4, authpriv: 10, audit: 13,
  local0: 16, local1: 17, local2: 18, local3: 19, local4: 20, local5: 21, local6: 22, local7: 23,
} as const;
export type Facility = keyof typeof FACILITIES;

const WARNING = 4;
const NOTICE = 5;
const NOT_OK = ['"outcome":"failed"', '"outcome":"refused"', '"outcome":"unknown"', '"kind":"audit-'].map((text) => Buffer.from(text));
const KIND_MEMBER = Buffer.from(',"kind":"');
/** RFC 5424: what the sequence of `meta` wraps at. */
const SEQUENCE_LIMIT = 2_147_483_647;

/** Header fields hold printable ASCII without blanks; nothing else can get into them. */
function headerField(text: string, most: number): string {
  const clean = text.replace(/[^\x21-\x7e]/g, '').slice(0, most);
  return clean === '' ? '-' : clean;
}

/**
 * A line as a syslog message (RFC 5424 section 6). The text is the line itself: printable ASCII, so that no line break or
 * control character of a value can end a message or begin another one.
 */
export function syslogMessage(line: Buffer, facility: Facility, host: string = hostname(), pid: number = process.pid): Buffer {
  const priority = FACILITIES[facility] * 8 + (NOT_OK.some((text) => line.includes(text)) ? WARNING : NOTICE);
  const sequence = ((sequenceOf(line) ?? 1) - 1) % SEQUENCE_LIMIT + 1;
  const header = `<${priority}>1 ${timeOf(line) ?? '-'} ${headerField(host, 255)} causeway ${pid} ${headerField(kindOf(line), 32)} [meta sequenceId="${sequence}"] `;
  return Buffer.concat([Buffer.from(header, 'latin1'), line]);
}

/** Octet counting, RFC 5425 section 4.3 (TLS) and RFC 6587 section 3.4.1 (TCP). */
export function octetCounted(messages: readonly Buffer[]): Buffer {
  return Buffer.concat(messages.flatMap((message) => [Buffer.from(`${message.length} `, 'latin1'), message]));
}

/** Of the line itself: a mapping inside it comes before. */
function kindOf(line: Buffer): string {
  const start = line.lastIndexOf(KIND_MEMBER);
  if (start < 0) return '';
  const from = start + KIND_MEMBER.length;
  return line.toString('latin1', from, line.indexOf(0x22, from));
}
