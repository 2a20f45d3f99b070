import { parseAttributeType, parseObjectClass } from './definitions.js';
import { Subschema } from './subschema.js';

/** Attributes of RFC 4519, RFC 4524 and RFC 2798 that the classes below use, by what sets them apart. */
const TEXT = 'audio businessCategory carLicense cn departmentNumber description destinationIndicator displayName employeeNumber employeeType facsimileTelephoneNumber givenName homePhone homePostalAddress host initials internationaliSDNNumber l labeledURI mail mobile o ou pager physicalDeliveryOfficeName postOfficeBox postalAddress postalCode preferredDeliveryMethod preferredLanguage registeredAddress roomNumber sn st street telephoneNumber teletexTerminalIdentifier telexNumber title uid x121Address searchGuide';
const SINGLE = new Set(['displayName', 'employeeNumber', 'preferredLanguage', 'preferredDeliveryMethod']);
const NAMES = 'manager member owner secretary seeAlso uniqueMember';
const BYTES = 'jpegPhoto photo userCertificate userPKCS12 userPassword userSMIMECertificate x500UniqueIdentifier';

const attributeTypes = [
  "( NAME 'objectClass' EQUALITY objectIdentifierMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.38 )",
  ...TEXT.split(' ').map((name) => `( NAME '${name}' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15${SINGLE.has(name) ? ' SINGLE-VALUE' : ''} )`),
  ...NAMES.split(' ').map((name) => `( NAME '${name}' EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 )`),
  ...BYTES.split(' ').map((name) => `( NAME '${name}' SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 )`),
];

const ADDRESS = 'destinationIndicator $ facsimileTelephoneNumber $ internationaliSDNNumber $ l $ physicalDeliveryOfficeName $ postOfficeBox $ postalAddress $ postalCode $ preferredDeliveryMethod $ registeredAddress $ st $ street $ telephoneNumber $ teletexTerminalIdentifier $ telexNumber $ x121Address';

const objectClasses = [
  "( NAME 'top' ABSTRACT MUST objectClass )",
  "( NAME 'person' SUP top STRUCTURAL MUST ( sn $ cn ) MAY ( userPassword $ telephoneNumber $ seeAlso $ description ) )",
  `( NAME 'organizationalPerson' SUP person STRUCTURAL MAY ( title $ ou $ ${ADDRESS} ) )`,
  `( NAME 'inetOrgPerson' SUP organizationalPerson STRUCTURAL MAY ( audio $ businessCategory $ carLicense $ departmentNumber $ displayName $ employeeNumber $ employeeType $ givenName $ homePhone $ homePostalAddress $ initials $ jpegPhoto $ labeledURI $ mail $ manager $ mobile $ o $ pager $ photo $ preferredLanguage $ roomNumber $ secretary $ uid $ userCertificate $ userPKCS12 $ userSMIMECertificate $ x500UniqueIdentifier ) )`,
  "( NAME 'groupOfUniqueNames' SUP top STRUCTURAL MUST ( uniqueMember $ cn ) MAY ( businessCategory $ seeAlso $ owner $ ou $ o $ description ) )",
  "( NAME 'groupOfNames' SUP top STRUCTURAL MUST ( member $ cn ) MAY ( businessCategory $ seeAlso $ owner $ ou $ o $ description ) )",
  `( NAME 'organization' SUP top STRUCTURAL MUST o MAY ( userPassword $ searchGuide $ seeAlso $ businessCategory $ description $ ${ADDRESS} ) )`,
  `( NAME 'organizationalUnit' SUP top STRUCTURAL MUST ou MAY ( businessCategory $ description $ searchGuide $ seeAlso $ userPassword $ ${ADDRESS} ) )`,
  "( NAME 'account' SUP top STRUCTURAL MUST uid MAY ( description $ seeAlso $ l $ o $ ou $ host ) )",
];

/** Classes offered besides `__ACCOUNT__` and `__GROUP__` when the schema is not read. */
export const DEFAULT_CLASSES = ['organization', 'organizationalUnit', 'person', 'organizationalPerson', 'account', 'groupOfNames'] as const;

/** The schema without asking the server (readSchema false). */
export const DEFAULT_SCHEMA = new Subschema(
  attributeTypes.map(parseAttributeType).filter((type) => type !== undefined),
  objectClasses.map(parseObjectClass).filter((objectClass) => objectClass !== undefined),
);
