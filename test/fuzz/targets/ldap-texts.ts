import { parseLdapUrl } from '../../../connectors/catalog/ldap/directory/ldap-url.js';
import { matchesPattern } from '../../../connectors/catalog/ldap/directory/tls.js';
import { alternatives } from '../../../connectors/catalog/ldap/directory/referral.js';
import { parseAttributeType, parseObjectClass } from '../../../connectors/catalog/ldap/schema/definitions.js';
import { Subschema } from '../../../connectors/catalog/ldap/schema/subschema.js';
import { parseAttributes, parseModifications } from '../../../connectors/catalog/ldap/sync/changelog/ldif-changes.js';
import { laterTime, timeKey } from '../../../connectors/catalog/ldap/sync/generalized-time.js';
import { formatPosition, parsePosition } from '../../../connectors/catalog/ldap/sync/position.js';
import { generalizedTimeToIso, intervalToIso } from '../../../connectors/catalog/ldap/time-values.js';
import { ConnectorError } from '../../../protocol/model/index.js';
import { ldapConfig } from '../../connectors/ldap/ldap-config.js';
import { bytesOf, check, refusable, text, type FuzzTarget } from '../engine/target.js';

const CONFIG = ldapConfig({ host: 'a.example', baseContexts: ['dc=x'] });

/** Texts a directory hands out: schema, change log, times, referrals. Nothing a server says may throw or take long. */
export const target: FuzzTarget = {
  name: 'ldap-texts',
  seeds: () => [
    "( 2.5.4.3 NAME ( 'cn' 'commonName' ) DESC 'RFC4519: common name' SUP name EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{64} SINGLE-VALUE USAGE directoryOperation )",
    "( 2.5.6.6 NAME 'person' DESC 'it\\'s a 'person'' SUP top STRUCTURAL MUST ( sn $ cn ) MAY ( userPassword $ seeAlso ) X-ORIGIN ( 'a' 'b' ) )",
    'replace: mail\nmail: a@example.com\nmail:: YQ==\n-\nadd: title\ntitle: x\n folded\n-\n', 'objectClass: top\ncn: x\n\0', '20260131235959.123Z', '20260131235959Z 2:00ff00ff',
    '20260131235959.123456Z#000000#001#000000', 'ldap://host:389/dc=x??sub?(cn=a)?!ext', 'ldaps://[::1]:636/', '*.example.com', '133500000000000000', '20240101120000+0100',
  ].map(bytesOf),
  bounds: { bytes: 64 * 1024 },
  run(input) {
    const given = text(input);
    const type = parseAttributeType(given);
    const objectClass = parseObjectClass(given);
    const schema = new Subschema(type === undefined ? [] : [type], objectClass === undefined ? [] : [objectClass]);
    for (const name of [...type?.names ?? [], ...objectClass?.names ?? []].slice(0, 8)) {
      schema.isBinary(name);
      schema.orderingRuleFor(name);
      schema.withSuperiors([name]);
    }
    parseAttributes(given);
    parseModifications(given);
    check(timeKey(given) === undefined || laterTime(given, undefined) === given, 'a time that is none');
    const position = refusable(() => parsePosition(given), ConnectorError);
    if (position !== undefined) check(formatPosition(parsePosition(formatPosition(position))) === formatPosition(position), 'another position after it was written and read');
    parseLdapUrl(given);
    refusable(() => alternatives([given], CONFIG, { host: 'a.example', port: 389 }), ConnectorError);
    const [pattern = '', name = ''] = given.split('\n', 2);
    matchesPattern(pattern.slice(0, 200), name.slice(0, 200));
    generalizedTimeToIso(given);
    intervalToIso(given);
  },
};
