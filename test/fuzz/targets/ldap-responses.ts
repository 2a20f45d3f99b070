import { MalformedMessage } from '../../../connectors/framework/ber.js';
import { MessageFraming } from '../../../connectors/catalog/ldap/directory/framing.js';
import { pagedResults, passwordPolicy, sortResult, windowResult } from '../../../connectors/catalog/ldap/directory/response-controls.js';
import { decodeResponse, type LdapMessage } from '../../../connectors/catalog/ldap/directory/response.js';
import { CONTROL } from '../../../connectors/catalog/ldap/directory/request.js';
import { toChangeRecord as fromAccessLog } from '../../../connectors/catalog/ldap/sync/accesslog/access-log-record.js';
import { toChangeRecord as fromChangeLog } from '../../../connectors/catalog/ldap/sync/changelog/change-log-entry.js';
import { check, refusable, type FuzzTarget } from '../engine/target.js';

function element(tag: number, ...parts: readonly (string | Uint8Array)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const length = content.length < 0x80 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), content]);
}
const text = (value: string): Buffer => element(0x04, value);
const attribute = (name: string, ...values: string[]): Buffer => element(0x30, text(name), element(0x31, ...values.map(text)));
const message = (operation: Buffer, ...controls: Buffer[]): Buffer => element(0x30, Buffer.of(2, 1, 3), operation, ...(controls.length > 0 ? [element(0xa0, ...controls)] : []));
const control = (oid: string, value: Buffer): Buffer => element(0x30, text(oid), Buffer.of(1, 1, 0xff), element(0x04, value));
const done = (tag: number, code: number, ...rest: Buffer[]): Buffer => element(tag, Buffer.of(0x0a, 1, code), text('dc=x'), text('why'), ...rest);

const SEEDS = [
  message(element(0x64, text('uid=a,dc=x'), element(0x30, attribute('uid', 'a'), attribute('objectClass', 'top', 'person')))),
  message(element(0x64, text('reqStart=1,cn=accesslog'), element(0x30, attribute('reqType', 'modify'), attribute('reqDN', 'uid=a'), attribute('reqMod', 'mail:= x', 'title:-'), attribute('reqStart', '20260101000000.000001Z')))),
  message(element(0x64, text('changenumber=1,cn=changelog'), element(0x30, attribute('changeType', 'modify'), attribute('targetDN', 'uid=a'), attribute('changes', 'replace: mail\nmail: x\n-\n')))),
  message(done(0x65, 0), control(CONTROL.pagedResults, element(0x30, Buffer.of(2, 1, 5), text('cookie')))),
  message(done(0x65, 0), control(CONTROL.windowResponse, element(0x30, Buffer.of(2, 1, 5, 2, 1, 9, 0x0a, 1, 0), text('ctx'))), control(CONTROL.sortResponse, element(0x30, Buffer.of(0x0a, 1, 0)))),
  message(done(0x61, 49), control(CONTROL.passwordPolicy, element(0x30, element(0xa0, Buffer.of(0x80, 1, 9)), Buffer.of(0x81, 1, 2))), control(CONTROL.passwordExpiring, Buffer.from('3600'))),
  message(done(0x78, 0, element(0x8a, '1.3.6.1.4.1.1466.20037'), element(0x8b, 'x'))), message(element(0x73, text('ldap://a/dc=x'))),
  message(element(0x79, element(0x80, '1.2.3'), element(0x81, 'y'))), message(done(0x67, 10, element(0xa3, text('ldap://b/')))),
].map((bytes) => new Uint8Array(bytes));

/** The messages of a stream that arrives in pieces of `size`. */
function messagesIn(bytes: Uint8Array, size: number): Uint8Array[] {
  const framing = new MessageFraming(1024 * 1024);
  const messages: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    for (const whole of framing.push(bytes.subarray(at, at + size))) messages.push(Uint8Array.from(whole));
  }
  return messages;
}

function use({ response }: LdapMessage): void {
  if (response.kind === 'entry') {
    fromAccessLog(response.entry, 'entryUUID');
    fromChangeLog(response.entry, 1, 'uid');
  }
  if (!('controls' in response)) return;
  for (const read of [pagedResults, windowResult, sortResult, passwordPolicy]) refusable(() => read(response.controls), MalformedMessage);
}

/** A server's bytes are refused with MalformedMessage or understood, the same in whatever pieces they arrive. */
export const target: FuzzTarget = {
  name: 'ldap-responses',
  seeds: () => [...SEEDS, Buffer.concat(SEEDS)],
  words: [CONTROL.pagedResults, CONTROL.windowResponse, CONTROL.passwordPolicy, 'reqMod', 'changes', 'newrdn', 'deleteOldRdn'],
  run(input) {
    const whole = refusable(() => messagesIn(input, Math.max(1, input.length)), MalformedMessage);
    const pieces = refusable(() => messagesIn(input, 1 + ((input[0] ?? 0) % 13)), MalformedMessage);
    check((whole === undefined) === (pieces === undefined), 'refused in one piece but not in several, or the other way round');
    if (whole === undefined) {
      const single = refusable(() => decodeResponse(input), MalformedMessage);
      if (single !== undefined) use(single);
      return;
    }
    check(Buffer.compare(Buffer.concat(whole), Buffer.concat(pieces ?? [])) === 0, 'other messages when the bytes arrive in pieces');
    for (const bytes of whole) {
      const decoded = refusable(() => decodeResponse(bytes), MalformedMessage);
      if (decoded !== undefined) use(decoded);
    }
  },
};
