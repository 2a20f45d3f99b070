import { CertificateError } from './certificate-error.js';

/** One element of DER (X.690 section 10). */
export interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
  /** Tag and length included. */
  readonly whole: Buffer;
}

export const DER = { integer: 0x02, bitString: 0x03, objectId: 0x06, utcTime: 0x17, generalizedTime: 0x18, sequence: 0x30, context0: 0xa0 } as const;

/** The elements that lie side by side in the bytes. Throws a {@link CertificateError} where they are not DER. */
export function* derElements(bytes: Buffer): Generator<DerElement> {
  let offset = 0;
  while (offset < bytes.length) {
    const element = elementAt(bytes, offset);
    yield element;
    offset += element.whole.length;
  }
}

/** The first element. */
export function derElement(bytes: Buffer): DerElement {
  return elementAt(bytes, 0);
}

/** Content of the element, which has to be of that kind. */
export function derContent(element: DerElement | undefined, tag: number): Buffer {
  if (element?.tag !== tag) throw damaged();
  return element.content;
}

/** UTCTime or GeneralizedTime, as RFC 5280 section 4.1.2.5 wants them written. */
export function derTime(element: DerElement): Date {
  const text = element.content.toString('latin1');
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  const [, year = '', month = '', day = '', hour = '', minute = '', second = ''] = match ?? [];
  const century = year.length === 4 ? '' : Number(year) < 50 ? '20' : '19';
  const time = new Date(`${century}${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(time.getTime())) throw damaged();
  return time;
}

/** `1.2.840…` */
export function derObjectId(element: DerElement | undefined): string {
  const bytes = derContent(element, DER.objectId);
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of bytes) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first = 0, ...others] = arcs;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...others].join('.');
}

function elementAt(bytes: Buffer, offset: number): DerElement {
  const [tag, first] = [bytes[offset], bytes[offset + 1]];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw damaged();
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthBytes > 4 || offset + 2 + lengthBytes > bytes.length) throw damaged();
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(offset + 2, lengthBytes);
  const start = offset + 2 + lengthBytes;
  if (start + length > bytes.length) throw damaged();
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(offset, start + length) };
}

function damaged(): CertificateError {
  return new CertificateError('The bytes are not the DER they should be.');
}
