import type { RequestHandler } from '../crest/request.js';
import { notFound, notSupported, unavailable } from '../crest/resource-error.js';
import type { SystemRegistry } from '../systems/system-registry.js';
import type { ApiPart } from './api-part.js';
import { openApiDocument } from './document.js';
import { API_PARTS } from './parts.js';
import { systemPart } from './system-schemas.js';

export interface OpenApiParts {
  readonly registry: Pick<SystemRegistry, 'get'>;
  readonly version: string;
}

/** `GET /openapi.json`, with `system` also the object types of that one. */
export function openApiRequests({ registry, version }: OpenApiParts): RequestHandler {
  return async (request) => {
    if (request.path.length > 0) throw notFound(`Resource 'openapi.json/${request.path.join('/')}' not found`);
    if (request.kind !== 'read') throw notSupported(`The description of the API does not support ${request.kind}`);
    const name = request.parameters.get('system');
    return { kind: 'action', content: openApiDocument([...API_PARTS, ...(name === undefined ? [] : [describedSystem(registry, name)])], { version }) };
  };
}

function describedSystem(registry: OpenApiParts['registry'], name: string): ApiPart {
  const system = registry.get(name);
  if (system?.isEnabled !== true) throw notFound(`Resource 'system/${name}' not found`);
  if (system.setup === undefined) throw unavailable('Service Unavailable', { connectorMessage: system.error ?? 'the provisioner file cannot be used' });
  return systemPart(name, system.setup);
}
