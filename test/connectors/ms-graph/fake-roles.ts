import { randomUUID } from 'node:crypto';
import type { Routes } from '../../targets/rest/routes.js';
import { bad, gone, type FakeGraph } from './fake.js';
import { selectedOf, type Fields } from './odata.js';

type Store = Map<string, Fields>;
const BASE = '/roleManagement/directory';

/** Roles, their schedules and teams (https://learn.microsoft.com/en-us/graph/api/resources/rolemanagement). */
export function roleRoutes(graph: FakeGraph): Routes {
  const found = (store: Store, id = ''): Fields => store.get(id) ?? gone(id);
  const kept = (path: string, store: Store, make?: (body: Fields) => Fields): Routes => ({
    [`GET ${path}`]: (request) => (request.query.has('$top') || (path.startsWith('/directoryRole') && request.query.size > 0) ? bad('The query is not supported.') : graph.list(request, [...store.values()])),
    [`GET ${path}/{id}`]: ({ params, query }) => ({ body: selectedOf(found(store, params['id']), query.get('$select')) }),
    ...(make === undefined ? {} : { [`POST ${path}`]: ({ body }) => {
      const made = make(body as Fields);
      store.set(String(made['id']), made);
      return { status: 201, body: made };
    } }),
  });
  const removed = (path: string, store: Store): Routes => ({ [`DELETE ${path}/{id}`]: ({ params }) => (store.delete(params['id']!) ? {} : gone(params['id'])) });
  const [definitions, assignments, roles] = [new Map<string, Fields>(), new Map<string, Fields>(), new Map<string, Fields>()];
  const templates = new Map([['62e90394-69f5-4237-9190-012177145e10', { id: '62e90394-69f5-4237-9190-012177145e10', displayName: 'Global Administrator', description: 'Can manage all aspects of the directory.' }]]);
  return {
    ...scheduleRoutes(kept, 'Eligibility'), ...scheduleRoutes(kept, 'Assignment'),
    ...kept(`${BASE}/roleAssignments`, assignments, (body) => ({ id: randomUUID(), ...body })), ...removed(`${BASE}/roleAssignments`, assignments),
    ...kept(`${BASE}/roleDefinitions`, definitions, (body) => ({ id: randomUUID(), isBuiltIn: false, ...body })), ...removed(`${BASE}/roleDefinitions`, definitions),
    [`PATCH ${BASE}/roleDefinitions/{id}`]: ({ params, body }) => { definitions.set(params['id']!, { ...found(definitions, params['id']), ...(body as Fields) }); return {}; },
    ...kept('/directoryRoleTemplates', templates),
    ...kept('/directoryRoles', roles, ({ roleTemplateId }) => ({ ...found(templates, String(roleTemplateId)), id: randomUUID(), roleTemplateId })),
    ...teamRoutes(graph),
  };
}

function scheduleRoutes(kept: (path: string, store: Store, make?: (body: Fields) => Fields) => Routes, kind: 'Eligibility' | 'Assignment'): Routes {
  const [requests, schedules, instances] = [new Map<string, Fields>(), new Map<string, Fields>(), new Map<string, Fields>()];
  const of = (name: string): string => `${BASE}/role${kind}Schedule${name}`;
  return {
    ...kept(of('s'), schedules), ...kept(of('Instances'), instances),
    ...kept(of('Requests'), requests, (body) => {
      const [id, at] = [randomUUID(), new Date().toISOString()];
      const { principalId, roleDefinitionId, directoryScopeId } = body;
      if (body['status'] !== undefined || body['createdDateTime'] !== undefined) bad('status and createdDateTime are the service\'s.');
      const scheduleInfo = { ...(body['scheduleInfo'] as Fields), startDateTime: at };
      const own = { principalId, roleDefinitionId, directoryScopeId };
      const type = kind === 'Assignment' ? { assignmentType: 'Assigned' } : {};
      schedules.set(id, { id, ...own, scheduleInfo, createdUsing: id, status: 'Provisioned', memberType: 'Direct', createdDateTime: at, ...type });
      const instance = `UX6spHTVBkG5_Zv86oJthH0-${id.slice(0, 4)}-1`;
      instances.set(instance, { id: instance, ...own, [`role${kind}ScheduleId`]: id, startDateTime: at, memberType: 'Direct', ...type, ...(kind === 'Assignment' ? { roleAssignmentOriginId: instance } : {}) });
      return { id, ...body, scheduleInfo, targetScheduleId: id, status: 'Provisioned', isValidationOnly: false, createdDateTime: at, completedDateTime: at, ticketInfo: {}, createdBy: { user: { id: randomUUID() } } };
    }),
  };
}

function teamRoutes(graph: FakeGraph): Routes {
  const teams = new Map<string, Fields>();
  return {
    'GET /teams': (request) => graph.list(request, [...teams.values()].filter(({ id }) => graph.objects.get(String(id))?.removed === undefined).map(({ id, displayName, description }) => ({ id, displayName, description }))),
    'GET /teams/{id}': ({ params, query }) => (graph.objects.get(params['id']!)?.removed === undefined ? { body: selectedOf(teams.get(params['id']!) ?? gone(params['id']), query.get('$select')) } : gone(params['id'])),
    'POST /teams': ({ body }) => {
      const { members, 'template@odata.bind': template, ...fields } = body as Record<string, unknown>;
      const [owner] = (members ?? []) as { 'user@odata.bind': string }[];
      if (!String(template).endsWith("/teamsTemplates('standard')") || owner === undefined) bad('A team owner must be provided when creating a team in application context.');
      const user = /\/users\('([^']+)'\)$/.exec(owner!['user@odata.bind'])?.[1] ?? '';
      graph.find('users', user);
      const id = graph.add('groups', { displayName: fields['displayName'] });
      teams.set(id, { id, visibility: 'private', isArchived: false, ...fields });
      return { status: 202, headers: { location: `/teams('${id}')/operations('1')`, 'content-location': `/teams('${id}')` } };
    },
    'PATCH /teams/{id}': ({ params, body }) => { teams.set(params['id']!, { ...teams.get(params['id']!) ?? gone(params['id']), ...(body as Fields) }); return {}; },
  };
}
