import { MAX_DN_LENGTH, dnKey, escapeDnValue, formatDn, formatRdn, isWithin, parentOf, parseDn, rebase, sameDn, tryParseDn, type Dn } from '../../../connectors/catalog/ldap/dn.js';
import { ConnectorError } from '../../../protocol/model/index.js';
import { bytesOf, check, refusable, text, type FuzzTarget } from '../engine/target.js';

function escapes(value: string): void {
  const escaped = parseDn(`cn=${escapeDnValue(value)},dc=x`);
  // Lone surrogates are no text: they travel as the replacement character.
  check(escaped.length === 2 && escaped[0]?.length === 1 && (value === '' || escaped[0][0]?.value === Buffer.from(value).toString('utf8')), 'an escaped value means something else');
}

function relations(dn: Dn): void {
  check(isWithin(dn, dn) && isWithin(dn, parentOf(dn)) && isWithin(dn, []), 'a DN that is not within itself');
  if (dn.length === 0) return;
  check(!isWithin(parentOf(dn), dn), 'a parent within its child');
  check(rebase(dn, parentOf(dn), [[{ attribute: 'dc', value: 'new' }]])?.length === 2, 'a move that is none');
}

/** A DN is refused or read; it is the same after it was written and read; a value cannot become structure. */
export const target: FuzzTarget = {
  name: 'dn',
  seeds: () => ['uid=jdoe,ou=people,dc=example,dc=com', 'cn=a\\, b+sn=\\c3\\a9,o=#04024869', 'OID.2.5.4.3="quoted, value" ; c = DE', 'cn=\\ x\\ ,dc=y', '', 'cn=#', '1.2.3=#0c0141'].map(bytesOf),
  bounds: { bytes: 2048 },
  words: ['\\,', '\\00', '\\ff', '#04', '+', '"', '\\ ', 'OID.'],
  run(input) {
    const given = text(input);
    escapes(given.slice(0, 4000));
    const dn = refusable(() => parseDn(given), ConnectorError);
    check((dn === undefined) === (tryParseDn(given) === undefined), 'the two parsers disagree');
    dnKey(given);
    if (dn === undefined) return;
    // Written out, a value may be up to three times as long as it was: then it is too long to be read, and says so.
    if (formatDn(dn).length > MAX_DN_LENGTH) return;
    const again = parseDn(formatDn(dn));
    check(formatDn(again) === formatDn(dn) && sameDn(again, dn), 'another DN after it was written and read');
    relations(dn);
    for (const rdn of dn) formatRdn(rdn);
  },
};
