import { NAME } from '../../../protocol/model/index.js';
import { attributes, boolean, object, string, type RestAttributes } from '../../engines/rest/index.js';
import { graphFilters } from './filters.js';
import { reading, type GraphClass, type GraphPath } from './reading.js';

const DIRECTORY = '/roleManagement/directory' as const;

/** Who has or may have which role where; `principalId` and the two others can be filtered by. */
const ASSIGNED = { principalId: string(), roleDefinitionId: string(), directoryScopeId: string({ notes: '/ is the whole directory' }), appScopeId: string() } as const;
const byAssignment = graphFilters({ equal: ['principalId', 'roleDefinitionId', 'directoryScopeId'] });

function managed(path: GraphPath, properties: RestAttributes): GraphClass {
  return { attributes: attributes(properties), ...reading({ path: `${DIRECTORY}${path}`, properties, sized: false }), filters: byAssignment };
}

/**
 * https://learn.microsoft.com/en-us/graph/api/rbacapplication-post-roleeligibilityschedulerequests and -post-roleassignmentschedulerequests.
 * What the service decides is not sent, should a caller give it.
 */
function requests(path: GraphPath): GraphClass {
  return {
    ...managed(path, {
      action: string({ notes: 'e.g. adminAssign, adminRemove, adminExtend' }), justification: string(), ...ASSIGNED, scheduleInfo: object({ notes: 'startDateTime, expiration' }), isValidationOnly: boolean(),
      targetScheduleId: string(), createdDateTime: string({ unsent: 'always' }), completedDateTime: string({ unsent: 'always' }), status: string({ unsent: 'always' }), ticketInfo: object(), createdBy: object({ unsent: 'always', notes: 'user' }),
    }),
    create: `POST ${DIRECTORY}${path}`,
  };
}

const SCHEDULE = {
  ...ASSIGNED, scheduleInfo: object({ notes: 'startDateTime, expiration' }), createdUsing: string({ notes: 'id of the request' }), status: string(), memberType: string({ notes: 'Direct, Group or Inherited' }),
  createdDateTime: string(), modifiedDateTime: string(),
} as const;
const INSTANCE = { ...ASSIGNED, startDateTime: string(), endDateTime: string(), memberType: string({ notes: 'Direct, Group or Inherited' }) } as const;

/** https://learn.microsoft.com/en-us/graph/api/resources/privilegedidentitymanagementv3-overview */
export const scheduleClasses: Readonly<Record<string, GraphClass>> = {
  roleEligibilityScheduleRequest: requests('/roleEligibilityScheduleRequests'),
  roleEligibilitySchedule: managed('/roleEligibilitySchedules', SCHEDULE),
  roleEligibilityScheduleInstance: managed('/roleEligibilityScheduleInstances', { ...INSTANCE, roleEligibilityScheduleId: string() }),
  roleAssignmentScheduleRequest: requests('/roleAssignmentScheduleRequests'),
  roleAssignmentSchedule: managed('/roleAssignmentSchedules', { ...SCHEDULE, assignmentType: string({ notes: 'Assigned or Activated' }) }),
  roleAssignmentScheduleInstance: managed('/roleAssignmentScheduleInstances', { ...INSTANCE, roleAssignmentScheduleId: string(), roleAssignmentOriginId: string(), assignmentType: string({ notes: 'Assigned or Activated' }) }),
};

/** https://learn.microsoft.com/en-us/graph/api/resources/unifiedroleassignment: made and deleted, never changed. */
export const roleAssignment: GraphClass = {
  ...managed('/roleAssignments', ASSIGNED),
  create: `POST ${DIRECTORY}/roleAssignments`,
  delete: `DELETE ${DIRECTORY}/roleAssignments/{uid}`,
};

const definitionProperties = attributes({
  [NAME]: string({ wire: 'displayName' }),
  displayName: string(), description: string(), isBuiltIn: boolean({ unsent: 'always' }), isEnabled: boolean(), resourceScopes: string({ multi: true, unsent: 'always' }),
  rolePermissions: object({ multi: true, notes: 'allowedResourceActions, condition' }), templateId: string(), version: string(),
});

/** https://learn.microsoft.com/en-us/graph/api/resources/unifiedroledefinition: custom roles can be made, changed and deleted. */
export const roleDefinition: GraphClass = {
  attributes: definitionProperties,
  ...reading({ path: `${DIRECTORY}/roleDefinitions`, properties: definitionProperties, name: 'displayName', sized: false }),
  filters: graphFilters({ equal: [NAME, 'displayName', 'isBuiltIn'], paths: { [NAME]: 'displayName' } }),
  create: `POST ${DIRECTORY}/roleDefinitions`,
  update: `PATCH ${DIRECTORY}/roleDefinitions/{uid}`,
  delete: `DELETE ${DIRECTORY}/roleDefinitions/{uid}`,
};

const roleProperties = attributes({ [NAME]: string({ wire: 'displayName', unsent: 'always', notes: 'of the template' }), displayName: string({ unsent: 'always' }), description: string({ unsent: 'always' }), roleTemplateId: string({ required: true }) });

/** Roles that are activated in the tenant (https://learn.microsoft.com/en-us/graph/api/directoryrole-list); a create activates one. */
export const directoryRole: GraphClass = {
  attributes: roleProperties,
  ...reading({ path: '/directoryRoles', properties: roleProperties, sized: false, selects: false }),
  create: 'POST /directoryRoles',
};

const templateProperties = attributes({ [NAME]: string({ wire: 'displayName' }), displayName: string(), description: string() });

/** https://learn.microsoft.com/en-us/graph/api/resources/directoryroletemplate */
export const directoryRoleTemplate: GraphClass = {
  attributes: templateProperties,
  ...reading({ path: '/directoryRoleTemplates', properties: templateProperties, sized: false, selects: false }),
};
