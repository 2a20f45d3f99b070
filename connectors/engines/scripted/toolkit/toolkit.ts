import type { PermitTarget } from '../../../../protocol/model/index.js';
import { noAuthentication } from '../../http/http-authentication.js';
import { HttpClient } from '../../http/http-client.js';
import { SCRIPTED_OBJECT_CLASSES } from '../described-classes.js';
import { HttpFunctions } from '../http/http-functions.js';
import { HTTP_LIBRARY } from '../http/http-library.js';
import {
  SCRIPTED_SEARCH, filterForScripts, openScripted, scriptTargets, scriptedOperations, unavailableOperations, validateGroovyScripts, validateScripts, type ScriptedFamily, type ScriptedSession,
} from '../scripted-connector.js';
import { openIdentityPlatformBundles } from '../../../framework/connector-keys.js';
import { properties, type ConfigOf } from '../../../framework/properties.js';
import type { ConnectorDefinition, OpenContext } from '../../../framework/spi.js';
import { scriptEngineProperties, scriptSlots } from '../script-properties.js';
import { ProcessFunctions } from './process-functions.js';

/** The properties of the Java connectors 1.5.20.26, the one with pooled instances and the one without. */
export const config = properties({ ...scriptEngineProperties(), ...scriptSlots() });

type GroovyConfig = ConfigOf<typeof config>;

/** What scripts reach the world by. */
interface Toolkit {
  readonly client: HttpClient;
  readonly permitTarget: PermitTarget | undefined;
}

type Session = ScriptedSession<GroovyConfig, Toolkit>;

const family: ScriptedFamily<GroovyConfig, Toolkit> = {
  properties: config,
  bindings: ({ client, permitTarget: ofAgent }, _, { permitTarget = ofAgent }, kind) => {
    const http = new HttpFunctions({ client, contentType: 'application/json', permitTarget });
    const processes = new ProcessFunctions(permitTarget, kind);
    return {
      variables: new Map(), functions: new Map([...http.functions(), ...processes.functions()]), hasWritten: () => http.hasWritten || processes.hasWritten,
      library: `(call, icf, bind) => {
${HTTP_LIBRARY}
const http = { ...httpConnection(false), strict: httpConnection(true) };
return { http, ...bind(['process.run']) };
}`,
    };
  },
};

async function open(settings: GroovyConfig, context: OpenContext): Promise<Session> {
  const { trustedCertificates, permitTarget } = context;
  const client = await context.shared('http', () => HttpClient.open({ authentication: noAuthentication, certificates: trustedCertificates, permitTarget }), (opened) => opened.close());
  return openScripted(family, settings, { client, permitTarget }, context);
}

/**
 * Everything both variants of the toolkit have. They differ in how long a session lives, and with it what scripts keep in `instance`: one
 * operation, or as long as the pool keeps it.
 */
export const toolkit = {
  family: 'Scripted',
  alternativeBundles: openIdentityPlatformBundles('groovy-connector'),
  properties: config,
  objectClasses: SCRIPTED_OBJECT_CLASSES,
  validate: (settings: GroovyConfig) => { validateScripts(settings); },
  validateHere: (settings: GroovyConfig, context: Pick<OpenContext, 'scripts'>) => validateGroovyScripts(settings, context),
  targets: (settings: GroovyConfig) => scriptTargets(settings),
  open,
  close: async () => undefined,
  search: SCRIPTED_SEARCH,
  nativeFilter: filterForScripts,
  unavailable: unavailableOperations,
  operations: scriptedOperations(family),
} satisfies Partial<ConnectorDefinition<typeof config, Session>>;

/** Both variants are in one bundle. */
export const BUNDLE = { bundleName: 'org.forgerock.openicf.connectors.groovy-connector', bundleVersion: '1.5.20.26' } as const;
