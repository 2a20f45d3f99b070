import { ENABLE, NAME, PASSWORD } from '../../../protocol/model/index.js';
import {
  attributes, boolean, enabled, integer, isJsonObject, object, password, string, textAt, type Json, type JsonObject, type RestAttribute, type RestAttributes,
} from '../../engines/rest/index.js';
import { PARTITION } from './partition.js';

const strings = (...names: readonly string[]): RestAttributes => Object.fromEntries(names.map((name) => [name, string()]));
const shown = (...names: readonly string[]): RestAttributes => Object.fromEntries(names.map((name) => [name, string({ readOnly: true })]));

const applicationsOf = ({ OrgApplications: given }: JsonObject): readonly JsonObject[] => (Array.isArray(given) ? (given as readonly Json[]).filter(isJsonObject) : []);
const distinct = (texts: readonly (string | undefined)[]): Json => [...new Set(texts.filter((text) => text !== undefined))];
const ids: Pick<RestAttribute, 'write'> = { write: (values) => (values ?? []).map(Number) };

/** What the list of people gives: https://solutions.teamdynamix.com/TDWebApi/Home/type/TeamDynamix.Api.Users.UserListing */
export const LISTED: readonly string[] = [ENABLE, 'ReferenceID', 'FirstName', 'LastName', 'FullName', 'PrimaryEmail', 'AlertEmail', 'AuthenticationUserName', 'ExternalID', 'AlternateID', 'IsEmployee', 'IsConfidential', 'TypeID', 'DefaultAccountID'];

/** https://solutions.teamdynamix.com/TDWebApi/Home/type/TeamDynamix.Api.Users.User, and NewUser for what only create takes */
export const person = attributes({
  [NAME]: string({ wire: 'UserName', createOnly: true, notes: 'user name; the uid of who has none' }),
  [PASSWORD]: password({ wire: 'Password', createOnly: true }),
  [ENABLE]: enabled({ wire: 'IsActive', on: true, off: false, notes: 'IsActive' }),
  FirstName: string({ required: true }),
  LastName: string({ required: true }),
  PrimaryEmail: string({ required: true }),
  Company: string({ required: true, longest: 50 }),
  TypeID: integer({ createOnly: true, notes: '1 user, 2 customer, 8 resource placeholder, 9 service account' }),
  SecurityRoleID: string({ notes: 'global security role; a new user (TypeID 1) needs it' }),
  GroupIDs: string({ multi: true, ...ids as object, notes: 'ids of groups' }),
  Applications: string({ multi: true, notes: 'names of standard applications, such as TDNext' }),
  OrgApplications: object({ multi: true, notes: 'applications of the organization, with ID, SecurityRoleId, IsAdministrator and IsDefault' }),
  OrgApplicationIDs: string({ multi: true, readOnly: true, read: (user) => distinct(applicationsOf(user).map((each) => textAt(each, 'ID'))), notes: 'ids of OrgApplications' }),
  SecurityRoles: string({ multi: true, readOnly: true, read: (user) => distinct([textAt(user, 'SecurityRoleID'), ...applicationsOf(user).map((each) => textAt(each, 'SecurityRoleId'))]), notes: 'ids of the global security role and of those on OrgApplications' }),
  OrgApplicationRoles: string({
    multi: true, readOnly: true, notes: 'application:role for each of OrgApplications with a security role',
    read: (user) => distinct(applicationsOf(user).map((each) => { const role = textAt(each, 'SecurityRoleId'); return role === undefined ? undefined : `${textAt(each, 'ID') ?? ''}:${role}`; })),
  }),
  Permissions: string({ multi: true, readOnly: true, notes: 'of the global security role' }),
  ...strings('MiddleName', 'Salutation', 'Nickname', 'AlternateEmail', 'AlertEmail', 'ExternalID', 'AlternateID', 'Title', 'HomePhone', 'PrimaryPhone', 'WorkPhone', 'Pager', 'OtherPhone', 'MobilePhone', 'Fax', 'AboutMe'),
  ...strings('WorkAddress', 'WorkCity', 'WorkState', 'WorkZip', 'WorkCountry', 'HomeAddress', 'HomeCity', 'HomeState', 'HomeZip', 'HomeCountry', 'AuthenticationUserName', 'ReportsToUID', 'EndDate', 'ReportTimeAfterDate'),
  DefaultAccountID: integer({ notes: 'id of an account, that is a department' }), DefaultPriorityID: integer(), LocationID: integer(), LocationRoomID: integer(), ResourcePoolID: integer(), TZID: integer(), AuthenticationProviderID: integer(),
  IsEmployee: boolean(), IsConfidential: boolean(), IsCapacityManaged: boolean(), ShouldReportTime: boolean(),
  ReferenceID: integer({ readOnly: true }),
  ...shown('BEID', 'FullName', 'DefaultAccountName', 'SecurityRoleName', 'DefaultPriorityName', 'LocationName', 'LocationRoomName', 'ReportsToFullName', 'ResourcePoolName', 'TZName'),
  Attributes: object({ multi: true, readOnly: true, notes: 'custom attributes' }),
  [PARTITION]: string({ readOnly: true, writeOnly: true, notes: 'for filters only: partition eq "2/4" is the second of four parts' }),
});

/** https://solutions.teamdynamix.com/TDWebApi/Home/type/TeamDynamix.Api.Users.Group */
export const group = attributes({ ...shown('Description', 'ExternalID', 'CreatedDate', 'ModifiedDate'), IsActive: boolean({ readOnly: true }), PlatformApplications: object({ multi: true, readOnly: true, onRequest: true }) });

/** https://solutions.teamdynamix.com/TDWebApi/Home/type/TeamDynamix.Api.Apps.OrgApplication */
export const application = attributes({ ...shown('Description', 'Type', 'AppClass', 'ExternalUrl', 'Purpose', 'PartialUrl'), Active: boolean({ readOnly: true }) });

/** https://solutions.teamdynamix.com/TDWebApi/Home/type/TeamDynamix.Api.Roles.SecurityRole */
export const securityRole = attributes({
  AppID: integer({ readOnly: true, notes: 'application the role is for; 0: global' }), UserCount: integer({ readOnly: true }), LicenseType: integer({ readOnly: true }),
  ...shown('LicenseTypeName', 'CreatedDate', 'ModifiedDate'), Permissions: string({ multi: true, readOnly: true, onRequest: true }),
});

/** https://solutions.teamdynamix.com/TDWebApi/Home/type/TeamDynamix.Api.Accounts.Account */
export const account = attributes({
  ParentID: integer({ readOnly: true }), IsActive: boolean({ readOnly: true }), IndustryID: integer({ readOnly: true }),
  ...shown('ParentName', 'Code', 'Notes', 'Address1', 'City', 'StateName', 'StateAbbr', 'PostalCode', 'Country', 'Phone', 'Fax', 'Url', 'IndustryName', 'ManagerUID', 'ManagerFullName', 'CreatedDate', 'ModifiedDate'),
});
