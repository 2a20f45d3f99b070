import { NAME, PASSWORD } from '../../../protocol/model/index.js';
import { attributes, boolean, object, password, string } from '../../engines/rest/index.js';

/** Properties of https://learn.microsoft.com/en-us/graph/api/resources/user that the directory itself holds, so that lists have them. */
export const userProperties = attributes({
  [NAME]: string({ wire: 'userPrincipalName' }),
  [PASSWORD]: password({ wire: 'passwordProfile.password' }),
  userPrincipalName: string({ notes: 'also the name' }),
  surname: string(), givenName: string(), displayName: string(), mail: string(), mailNickname: string(),
  accountEnabled: boolean(), userType: string({ notes: 'Member or Guest' }), usageLocation: string({ notes: 'two letters (ISO 3166); licences need it' }),
  country: string(), passwordPolicies: string({ notes: 'DisableStrongPassword, DisablePasswordExpiration, both or None' }),
  createdDateTime: string({ unsent: 'always' }),
  identities: object({ multi: true, notes: 'signInType, issuer, issuerAssignedId' }),
  businessPhones: string({ multi: true, notes: 'one at most' }),
  imAddresses: string({ multi: true, unsent: 'always' }),
  proxyAddresses: string({ multi: true, unsent: 'always' }),
  onPremisesExtensionAttributes: object({ notes: 'extensionAttribute1 to extensionAttribute15' }),
  ageGroup: string(), city: string(), companyName: string(), consentProvidedForMinor: string(), creationType: string({ unsent: 'always' }), department: string(),
  employeeHireDate: string(), employeeId: string(), employeeType: string(), externalUserState: string({ unsent: 'always' }), faxNumber: string(),
  forceChangePasswordNextSignIn: boolean({ wire: 'passwordProfile.forceChangePasswordNextSignIn', writeOnly: true, notes: 'whether a new password has to be changed at the next sign-in' }),
  jobTitle: string(), lastPasswordChangeDateTime: string({ unsent: 'always' }), mobilePhone: string(), officeLocation: string(),
  onPremisesDistinguishedName: string({ unsent: 'always' }), onPremisesDomainName: string({ unsent: 'always' }), onPremisesImmutableId: string(),
  onPremisesLastSyncDateTime: string({ unsent: 'always' }), onPremisesSamAccountName: string({ unsent: 'always' }), onPremisesSecurityIdentifier: string({ unsent: 'always' }),
  onPremisesSyncEnabled: boolean({ unsent: 'always' }), onPremisesUserPrincipalName: string({ unsent: 'always' }),
  otherMails: string({ multi: true }), postalCode: string(), preferredLanguage: string(), showInAddressList: boolean({ onRequest: true }),
  state: string(), streetAddress: string(),
});
