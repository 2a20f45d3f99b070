/** Attributes that servers take only with the option `;binary` (RFC 4523 section 2). */
const TRANSFERRED_BINARY: ReadonlySet<string> = new Set([
  'usercertificate', 'cacertificate', 'certificaterevocationlist', 'authorityrevocationlist', 'deltarevocationlist', 'crosscertificatepair', 'supportedalgorithms',
]);

/** The name under which an attribute is written. */
export function transferName(attribute: string): string {
  return TRANSFERRED_BINARY.has(attribute.toLowerCase()) ? `${attribute};binary` : attribute;
}
