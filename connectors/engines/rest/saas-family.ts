import { withGroup, type ConfigOf, type PropertyTable } from '../../framework/properties.js';
import type { RequestLimits } from '../http/limits/target-limits.js';
import { saasAuthentication, validateSaasAuthentication, type SaasAuthenticationConfig } from './authentication/saas-authentication.js';
import { clientCertificateFile } from './client-certificate.js';
import type { RestConnector, RestService } from './definition.js';
import { httpAddress } from './http-configuration.js';
import { BASIC_PROPERTIES, saasProperties } from './saas-properties.js';

type SaasTable = typeof saasProperties;

/**
 * A connector's own properties with those of the SaaS family. Own ones with an `order` stand at that place, from 1, and under the
 * family's heading; the family's fill the places between. Own ones without keep their heading, and stand before all of those, or behind
 * them where they come after one with a place. An own one that has the name of one of the family's stands in for it.
 */
export function withSaasProperties<const O extends PropertyTable>(own: O): O & Omit<SaasTable, keyof O> {
  const isPlaced = ([name, { order }]: readonly [string, PropertyTable[string]]): boolean => order > 0 || Object.hasOwn(saasProperties, name);
  const entries = Object.entries(own);
  const family = Object.fromEntries(Object.entries(saasProperties as PropertyTable).filter(([name]) => !Object.hasOwn(clientCertificateFile, name)));
  const taken = new Set(entries.map(([, { order }]) => order));
  const free = Array.from({ length: Object.keys(family).length + entries.length }, (_, index) => index + 1).filter((place) => !taken.has(place));
  const placed = [
    ...entries.filter((entry) => isPlaced(entry) && !Object.hasOwn(family, entry[0])),
    ...Object.entries(family).map(([name, property], index) => [name, { ...own[name] ?? property, order: free[index] ?? 0 }] as const),
  ].sort(([, a], [, b]) => a.order - b.order);
  const first = entries.findIndex(isPlaced);
  const before = entries.slice(0, first === -1 ? undefined : first);
  const behind = entries.slice(before.length).filter((entry) => !isPlaced(entry));
  return Object.fromEntries([...before, ...Object.entries(withGroup(BASIC_PROPERTIES, Object.fromEntries(placed))), ...behind, ...Object.entries(clientCertificateFile)]) as O & Omit<SaasTable, keyof O>;
}

export interface SaasFamilyOptions<C> {
  /** Property with the address of the service. @default serviceUri */
  readonly address?: keyof C & string;
  /** Property with the user name of BASIC. @default login */
  readonly login?: keyof C & string;
  readonly rates?: RestService<C>['rates'];
  /** What rates count a request as. @default `read` for GET and HEAD, else `write` */
  readonly kindOf?: RequestLimits['kindOf'];
  /** Whom the service counts the requests of. @default the client, or the user */
  identity?(config: C): string;
  /** Scope to ask for. @default the property `scope` */
  scope?(config: C): string | null;
  /** Further fields of requests for tokens. */
  form?(config: C): ReadonlyMap<string, string>;
  /** What is wrong with properties of its own, a sentence each, naming the property. */
  complaints?(config: C): readonly string[];
}

type SaasFamily<P extends PropertyTable> = Pick<RestConnector<P>, 'family' | 'properties' | 'complaints'> & { readonly service: Pick<RestService<ConfigOf<P>>, 'address' | 'authentication' | 'credentialsTo' | 'limits' | 'rates'> };

/**
 * What connectors of the SaaS family have in common: to spread into a definition, and its `service` into the definition's. `properties`
 * have the names of ./saas-properties.ts but for the two that may be called otherwise.
 */
export function saasFamily<const P extends PropertyTable>(properties: P, options: SaasFamilyOptions<ConfigOf<P>> = {}): SaasFamily<P> {
  const { address = 'serviceUri', login = 'login', rates, kindOf, identity, scope, form, complaints } = options;
  const textIn = (config: ConfigOf<P>, property: string): string => String(config[property] ?? '');
  const credentialsIn = (config: ConfigOf<P>): SaasAuthenticationConfig => {
    const given = config as unknown as SaasAuthenticationConfig;
    return { ...given, login: textIn(config, login), scope: scope === undefined ? given.scope : scope(config) };
  };
  return {
    family: 'SaaS', properties,
    complaints: (config) => [...validateSaasAuthentication(credentialsIn(config), { login }), ...complaints?.(config) ?? []],
    service: {
      ...(rates === undefined ? {} : { rates }),
      address: (config) => httpAddress(address, textIn(config, address)),
      authentication: (config, { client, over, clock }) => saasAuthentication(credentialsIn(config), client, over, { form: form?.(config), clock }),
      credentialsTo: (config) => ({ tokenEndpoint: textIn(config, 'tokenEndpoint').trim() === '' ? null : httpAddress('tokenEndpoint', textIn(config, 'tokenEndpoint')) }),
      limits: (config) => ({ kindOf, identity: identity?.(config) ?? credentialsIn(config).clientId ?? textIn(config, login) }),
    },
  };
}
