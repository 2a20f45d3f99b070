import { refuse } from '../../engines/rest/index.js';

/**
 * A telephone number as Duo keeps it: E.164, of the United States where it has no plus
 * (https://duo.com/docs/adminapi#create-administrator). Dashes, spaces, dots and brackets are of no matter.
 */
export function phoneNumber(given: string): string {
  const digits = given.replaceAll(/[\s().-]/g, '');
  if (!/^\+?\d{3,15}$/.test(digits)) return refuse(`phones: '${given.slice(0, 40)}' is no telephone number; write it as +17345551212.`);
  return digits.startsWith('+') ? digits : `+1${digits}`;
}
