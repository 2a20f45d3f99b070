import { BASIC_PROPERTIES, givenInteger, type HttpConfiguration } from '../../engines/rest/index.js';
import { OWN_PROPERTIES } from '../../framework/own-properties.js';
import { flag, guarded, long, properties, text, textList, withGroup, type ConfigOf } from '../../framework/properties.js';
import { licenceIn } from './products.js';

/** As the Java connector has them, in its order. */
const LICENCES = [
  '101005/1010050001', '101001/1010010001', '101031/1010310010', '101034/1010340002', '101038/1010380002', '101034/1010340001', '101038/1010380003', '101034/1010340004', '101034/1010340003', '101034/1010340006',
  'Google-Apps/Google-Apps-For-Business', '101034/1010340005', 'Google-Vault/Google-Vault', 'Google-Apps/1010020031', 'Google-Apps/1010020030', 'Google-Apps/1010060003', 'Google-Apps/1010060005',
  'Google-Apps/Google-Apps-Unlimited', 'Google-Apps/1010020029', 'Google-Apps/Google-Apps-Lite', '101031/1010310003', '101033/1010330002', '101033/1010330004', 'Google-Apps/Google-Apps-For-Education',
  '101031/1010310002', '101033/1010330003', 'Google-Apps/1010020026', '101031/1010310007', 'Google-Apps/1010020025', '101031/1010310008', 'Google-Apps/1010020028', 'Google-Apps/Google-Apps-For-Postini',
  '101031/1010310005', 'Google-Apps/1010020027', '101031/1010310006', '101031/1010310009', 'Google-Vault/Google-Vault-Former-Employee', '101038/1010370001', 'Google-Apps/1010020020', 'Google-Apps/1010060001',
];

/** What each of them may be. Members come 200 at a time at most, whatever is asked for. */
const RANGES = {
  usersMaxResults: [1, 500], groupsMaxResults: [1, 200], membersMaxResults: [2, Infinity], listProductMaxResults: [1, 1_000], listProductAndSkuMaxResults: [1, 1_000],
  roleMaxResults: [1, 100], roleAssignmentMaxResults: [1, 100],
} as const;

export const config = properties({
  ...withGroup(BASIC_PROPERTIES, {
    domain: text({ required: true, help: 'Domain whose users and groups these are.' }),
    clientId: text({ required: true, help: 'Id of the OAuth client.' }),
    clientSecret: guarded({ required: true, help: 'Secret of the OAuth client.' }),
    refreshToken: guarded({ required: true, help: 'Refresh token of the administrator who gave the client access.' }),
    proxyHost: text({ help: 'Host of the HTTP proxy to go through, e.g. myproxy.home.com.' }),
    proxyPort: givenInteger({ default: 8080, required: true, help: 'Port of the HTTP proxy.' }),
    validateCertificate: flag({ default: true, required: true, help: 'Whether the certificate of the server is verified. Switch it off for development only.' }),
    usersMaxResults: givenInteger({ default: 100, help: 'Users asked for at once, 1 to 500.' }),
    groupsMaxResults: givenInteger({ default: 200, help: 'Groups asked for at once, 1 to 200.' }),
    membersMaxResults: givenInteger({ default: 200, help: 'Members asked for at once, 2 or more; Google gives 200 at most.' }),
    listProductMaxResults: long({ default: 100, help: 'Licence assignments of a product asked for at once, 1 to 1000.' }),
    listProductAndSkuMaxResults: long({ default: 100, help: 'Licence assignments of a product and SKU asked for at once, 1 to 1000.' }),
    availableLicenses: textList({ default: LICENCES, help: 'Licences as ProductId/SkuId: those there are, and those that are looked up for a user.' }),
    roleMaxResults: givenInteger({ default: 100, help: 'Roles asked for at once, 1 to 100.' }),
    roleAssignmentMaxResults: givenInteger({ default: 100, help: 'Role assignments asked for at once, 1 to 100.' }),
  }),
  ...withGroup(OWN_PROPERTIES, {
    directoryAddress: text({ default: 'https://admin.googleapis.com', displayName: 'Directory address', help: 'Address of the Admin SDK API.' }),
    licensingAddress: text({ default: 'https://licensing.googleapis.com', displayName: 'Licensing address', help: 'Address of the Enterprise License Manager API.' }),
    tokenEndpoint: text({ default: 'https://oauth2.googleapis.com/token', displayName: 'Token endpoint', help: 'Address that access tokens are asked for at.' }),
  }),
});
export type GoogleAppsConfig = ConfigOf<typeof config>;

export function httpOf({ proxyHost, proxyPort, validateCertificate }: GoogleAppsConfig): HttpConfiguration {
  return { proxyHost, proxyPort, acceptSelfSignedCertificates: !validateCertificate, disableHostNameVerifier: !validateCertificate };
}

export function complaints(given: GoogleAppsConfig): readonly string[] {
  return [
    ...Object.entries(RANGES).flatMap(([property, [least, most]]) => {
      const value = given[property as keyof typeof RANGES];
      return value >= least && value <= most ? [] : [`${property} is ${value}: give ${least} ${most === Infinity ? 'or more' : `to ${most}`}.`];
    }),
    ...given.availableLicenses.filter((entry) => licenceIn(entry) === undefined).map((entry) => `availableLicenses has '${entry.slice(0, 100)}': write ProductId/SkuId.`),
  ];
}
