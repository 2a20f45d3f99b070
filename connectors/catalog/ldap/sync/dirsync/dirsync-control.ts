import { BER, BerCursor } from '../../../../framework/ber.js';
import { CONTROL, controlValue, type RequestControl } from '../../directory/request.js';
import type { ResponseControl } from '../../directory/response.js';

/** Only what the principal may see, which needs no right to replicate; parents before children (MS-ADTS 3.1.1.3.4.1.3). */
const FLAGS = 0x1 | 0x800;
/** Bytes of one answer, roughly. */
const MAX_BYTES = 1_048_576;

export function dirSyncControl(cookie: Uint8Array): RequestControl {
  const value = controlValue(cookie.length, (writer) => {
    writer.writeInt(FLAGS);
    writer.writeInt(MAX_BYTES);
    writer.writeBuffer(Buffer.from(cookie), BER.octetString);
  });
  return { oid: CONTROL.dirSync, critical: true, value };
}

/** Where the next answer starts, and whether there is more already; undefined when the server did not answer the control. */
export function dirSyncAnswer(controls: readonly ResponseControl[] | undefined): { readonly more: boolean; readonly cookie: Uint8Array } | undefined {
  const control = controls?.find(({ oid }) => oid === CONTROL.dirSync);
  if (control === undefined) return undefined;
  const value = new BerCursor(control.value).within(BER.sequence);
  const more = value.integer() !== 0;
  value.integer();
  return { more, cookie: Uint8Array.from(value.read(BER.octetString)) };
}
