import type { AgentsPart } from './open-agents.js';
import type { SystemsPart } from './build-systems.js';
import type { ControllerConfig } from './config/controller-config.js';
import { fleetRequests } from './console/fleet/fleet-requests.js';
import type { ConsolePart } from './console/open-console.js';
import { route } from './crest/router.js';
import type { Identities } from './enrolment/identities.js';
import { infoRequests, type ReadyState } from './info.js';
import { checkMappingFile } from './mappings/mapping-book.js';
import { openApiRequests } from './openapi/openapi-requests.js';
import type { StoredParts } from './open-stored.js';
import { configurationRequests } from './systems/configuration-requests.js';
import { systemRequests } from './systems/requests/system-requests.js';

export interface RoutedParts extends Pick<StoredParts, 'sync' | 'managed' | 'schedules' | 'webhooks'> {
  readonly config: ControllerConfig;
  readonly version: string;
  readonly systems: SystemsPart;
  readonly agents: AgentsPart;
  readonly identities: Identities;
  readonly webConsole: ConsolePart | undefined;
  readonly state: () => ReadyState;
}

/** Everything the REST API serves, by the first segment of its path. */
export function controllerRoutes({ config, version, systems, sync, managed, schedules, webhooks, agents, identities, webConsole, state }: RoutedParts): ReturnType<typeof route> {
  const { registry, environment, hosts } = systems;
  return route({
    system: systemRequests({ registry, environment, projectFolder: config.systems.project, liveSync: sync.liveSync }),
    config: configurationRequests({ folder: config.systems.configuration, registry, environment, files: [{ id: 'sync', check: checkMappingFile }, managed.file] }),
    info: infoRequests(state),
    'openapi.json': openApiRequests({ registry, version }),
    ...(webConsole === undefined ? {} : { authentication: webConsole.authentication }),
    fleet: fleetRequests({ hosts, registry, register: identities.register, audit: identities.audit, shownBy: (agent) => agents.shownBy(agent), traffic: environment.traffic, config, now: Date.now }),
    scheduler: schedules.handler,
    webhook: webhooks.handler,
    ...sync.handlers,
    ...managed.handlers,
  });
}
