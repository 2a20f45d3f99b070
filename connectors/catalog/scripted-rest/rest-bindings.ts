import type { PermitTarget } from '../../../protocol/model/index.js';
import { HttpFunctions } from '../../engines/scripted/http/http-functions.js';
import { HTTP_LIBRARY } from '../../engines/scripted/http/http-library.js';
import type { ScriptBindings } from '../../engines/scripted/scripted-connector.js';
import { CUSTOMIZING, customizationSource } from './customizer.js';
import type { RestService } from './rest-session.js';

interface Way {
  readonly permitTarget?: PermitTarget | undefined;
  readonly bare?: boolean;
  /** Waited for before each request. */
  readonly pass?: (signal: AbortSignal) => Promise<void>;
}

/**
 * `connection`: the service, whose every answer comes back; `customizedConnection`: what the customizer's `decorate` makes of it, without
 * one a connection that throws where the status is 400 or more.
 */
export function restBindings({ client, contentType, customizer }: Pick<RestService, 'client' | 'contentType' | 'customizer'>, way: Way): ScriptBindings {
  const http = new HttpFunctions({ client, contentType, ...way });
  return {
    variables: new Map(), functions: http.functions(), hasWritten: () => http.hasWritten,
    library: `(call, icf) => {
${HTTP_LIBRARY}
${CUSTOMIZING}
${customizationSource(customizer)}
const connection = httpConnection(false);
const customizedConnection = customization.decorate ? customizing(' in decorate', () => customization.decorate(connection)) : httpConnection(true);
return { connection, customizedConnection, customization };
}`,
  };
}
