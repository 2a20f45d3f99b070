import { flag, list, object, oneOf, orNull, ref, resource, text, time, type ApiPart } from '../../openapi/api-part.js';

/** `/fleet` (docs/console.md). */
export const fleetApi: ApiPart = {
  name: 'fleet', description: 'Agents, their groups, and tokens for new ones',
  schemas: {
    Agent: resource({ name: text, type: text, state: oneOf('connected', 'draining', 'disconnected'), groups: list(text), version: orNull(text), sessions: list({ type: 'object' }), connectors: list(ref('ConnectorRef')), certificate: { type: ['object', 'null'] }, revoked: flag, traffic: { type: ['object', 'null'] } }),
    AgentGroup: resource({ name: text, members: list(object({ name: text, state: text })), operational: flag }),
    FleetSystem: resource({ name: text, file: text, enabled: flag, connectorRef: { type: ['object', 'null'] }, displayName: orNull(text), hosts: list(text), objectTypes: list(text), problem: orNull(text) }),
    EnrolmentToken: resource({ agent: text, 'group?': orNull(text), 'created?': time, 'expires?': {}, 'others?': {}, 'url?': text, 'token?': { ...text, description: 'Shown once, by the answer that made it' } }),
  },
  endpoints: [
    ...([['agents', 'Agent', 'Agents that are connected, configured or enrolled'], ['groups', 'AgentGroup', 'Groups of agents'], ['systems', 'FleetSystem', 'Systems, without asking them anything']] as const).flatMap(([name, schema, summary]) => [
      { path: `fleet/${name}`, summary, query: { row: ref(schema), by: ['filter', 'id'] as const } },
      { path: `fleet/${name}/{id}`, summary: `${summary}: one of them`, pathParameters: { id: 'Its name' }, read: { answer: ref(schema) } },
    ]),
    {
      path: 'fleet/tokens', summary: 'Tokens that nobody has used yet', query: { row: ref('EnrolmentToken'), by: ['filter', 'id'] },
      create: { body: { type: 'object', properties: { agent: text, group: orNull(text), life: orNull(text), url: orNull(text), others: orNull(text) }, required: ['agent'] }, answer: ref('EnrolmentToken') },
    },
    { path: 'fleet/tokens/{id}', summary: 'One of them', pathParameters: { id: 'Its id' }, read: { answer: ref('EnrolmentToken') }, delete: { answer: ref('EnrolmentToken') } },
  ],
};
