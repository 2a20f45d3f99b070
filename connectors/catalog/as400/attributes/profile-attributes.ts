import { date, listOf, name, number, object, oneOf, path, text, type ParameterValue } from '../cl/parameter-values.js';
import { flagOf, hoursOf, idOf, intervalOf, namesOf, namesTextOf, numberOf, objectOf, shortDateOf, storageOf, textOf, timeOf, type ReadColumn } from './columns.js';

export type AttributeType = 'String' | 'int' | 'boolean';

/** One attribute of a user profile: the parameter of CRTUSRPRF and CHGUSRPRF, and the columns of QSYS2.USER_INFO it is read from. */
export interface ProfileAttribute {
  readonly name: string;
  readonly type: AttributeType;
  readonly isMultiValued: boolean;
  /** Undefined: nobody can set it. */
  readonly write: ParameterValue | undefined;
  /** What the parameter is without a value; undefined: it cannot be cleared. */
  readonly cleared: string | undefined;
  /** Undefined: not readable. */
  readonly read: ReadColumn | undefined;
  /** Only CRTUSRPRF takes it. */
  readonly isFixed: boolean;
}

interface Form { readonly type?: AttributeType; readonly isMultiValued?: boolean; readonly cleared?: string; readonly isFixed?: boolean }

function attribute(attributeName: string, write: ParameterValue | undefined, read: ReadColumn | undefined, form: Form = {}): ProfileAttribute {
  return { name: attributeName, write, read, type: form.type ?? 'String', isMultiValued: form.isMultiValued ?? false, cleared: form.cleared, isFixed: form.isFixed ?? false };
}

const readOnly = (attributeName: string, read: ReadColumn, type: AttributeType = 'String'): ProfileAttribute => attribute(attributeName, undefined, read, { type });

const yesNo: ParameterValue = (value, attributeName) => oneOf('*YES', '*NO')({ TRUE: '*YES', FALSE: '*NO' }[value.trim().toUpperCase()] ?? value, attributeName);
const SPECIAL_AUTHORITIES = ['*USRCLS', '*NONE', '*ALLOBJ', '*AUDIT', '*IOSYSCFG', '*JOBCTL', '*SAVSYS', '*SECADM', '*SERVICE', '*SPLCTL'];
const JOB_ATTRIBUTES = ['*SYSVAL', '*NONE', '*CCSID', '*DATFMT', '*DATSEP', '*DECFMT', '*SRTSEQ', '*TIMSEP'];
const USER_OPTIONS = ['*NONE', '*CLKWD', '*EXPERT', '*ROLLKEY', '*NOSTSMSG', '*STSMSG', '*HLPFULL', '*PRTMSG'];
/** EIMASSOC's elements: special values stand for themselves, an EIM identifier is text. */
const association: ParameterValue = (value, attributeName) => (/^\*[A-Z]+$/i.test(value.trim()) ? value.trim().toUpperCase() : text(128)(value, attributeName));

/**
 * CRTUSRPRF and CHGUSRPRF: https://www.ibm.com/docs/en/i/7.5?topic=ssw_ibm_i_75/cl/crtusrprf.htm; columns:
 * https://www.ibm.com/docs/en/i/7.5?topic=services-user-info-view, listed as well by the module ibmi_user_compliance_check of
 * https://github.com/IBM/ansible-for-i. Name, password and status stand in profile-plan.ts.
 */
export const PROFILE_ATTRIBUTES: readonly ProfileAttribute[] = [
  readOnly('PreviousSignOn', timeOf('PREVIOUS_SIGNON')),
  readOnly('PasswordChangedDate', timeOf('PASSWORD_CHANGE_DATE')),
  readOnly('PasswordExpireDate', timeOf('DATE_PASSWORD_EXPIRES')),
  readOnly('IsPasswordNone', flagOf('NO_PASSWORD_INDICATOR'), 'boolean'),
  readOnly('UserExpirationAction', textOf('USER_EXPIRATION_ACTION')),
  readOnly('StorageUsed', numberOf('STORAGE_USED')),
  readOnly('ObjectAuditValue', textOf('OBJECT_AUDITING_VALUE')),
  readOnly('ActionAuditLevel', namesTextOf('USER_ACTION_AUDIT_LEVEL')),
  readOnly('IsUserEntitlementRequired', flagOf('USER_ENTITLEMENT_REQUIRED'), 'boolean'),
  readOnly('IsAuthCollectionActive', flagOf('AUTHORITY_COLLECTION_ACTIVE'), 'boolean'),
  readOnly('IsAuthCollectionRepositoryExist', flagOf('AUTHORITY_COLLECTION_REPOSITORY_EXISTS'), 'boolean'),
  attribute('PWDEXP', yesNo, flagOf('SET_PASSWORD_TO_EXPIRE'), { type: 'boolean', cleared: '*NO' }),
  attribute('USRCLS', oneOf('*USER', '*SYSOPR', '*PGMR', '*SECADM', '*SECOFR'), textOf('USER_CLASS_NAME'), { cleared: '*USER' }),
  attribute('ASTLVL', oneOf('*SYSVAL', '*BASIC', '*INTERMED', '*ADVANCED'), textOf('ASSISTANCE_LEVEL'), { cleared: '*SYSVAL' }),
  attribute('CURLIB', name, textOf('CURRENT_LIBRARY_NAME'), { cleared: '*CRTDFT' }),
  attribute('INLPGM', object, objectOf('INITIAL_PROGRAM', 'PGM'), { cleared: '*NONE' }),
  attribute('INLMNU', object, objectOf('INITIAL_MENU', 'MNU'), { cleared: 'MAIN' }),
  attribute('LMTCPB', oneOf('*NO', '*PARTIAL', '*YES'), textOf('LIMIT_CAPABILITIES'), { cleared: '*NO' }),
  attribute('TEXT', text(50, '*BLANK'), textOf('TEXT_DESCRIPTION'), { cleared: '*BLANK' }),
  attribute('SPCAUT', listOf(oneOf(...SPECIAL_AUTHORITIES)), namesOf('SPECIAL_AUTHORITIES'), { isMultiValued: true, cleared: '*NONE' }),
  attribute('SPCENV', oneOf('*SYSVAL', '*NONE', '*S36'), textOf('SPECIAL_ENVIRONMENT'), { cleared: '*SYSVAL' }),
  attribute('DSPSGNINF', oneOf('*SYSVAL', '*YES', '*NO'), textOf('DISPLAY_SIGNON_INFORMATION'), { cleared: '*SYSVAL' }),
  attribute('PWDEXPITV', number(1, 366, '*SYSVAL', '*NOMAX'), intervalOf('PASSWORD_EXPIRATION_INTERVAL'), { cleared: '*SYSVAL' }),
  attribute('PWDCHGBLK', number(1, 99, '*SYSVAL', '*NONE'), hoursOf('BLOCK_PASSWORD_CHANGE'), { cleared: '*SYSVAL' }),
  attribute('LCLPWDMGT', yesNo, flagOf('LOCAL_PASSWORD_MANAGEMENT'), { type: 'boolean', cleared: '*YES' }),
  attribute('LMTDEVSSN', (value, attributeName) => (/^\d$/.test(value.trim()) ? value.trim() : oneOf('*SYSVAL', '*YES', '*NO')(value, attributeName)), textOf('LIMIT_DEVICE_SESSIONS'), { cleared: '*SYSVAL' }),
  attribute('KBDBUF', oneOf('*SYSVAL', '*YES', '*NO', '*TYPEAHEAD'), textOf('KEYBOARD_BUFFERING'), { cleared: '*SYSVAL' }),
  attribute('MAXSTG', number(0, Number.MAX_SAFE_INTEGER, '*NOMAX'), storageOf('MAXIMUM_ALLOWED_STORAGE'), { cleared: '*NOMAX' }),
  attribute('PTYLMT', number(0, 9), numberOf('HIGHEST_SCHEDULING_PRIORITY', 'int'), { type: 'int', cleared: '3' }),
  attribute('JOBD', object, objectOf('JOB_DESCRIPTION', 'JOBD'), { cleared: 'QDFTJOBD' }),
  attribute('OWNER', oneOf('*USRPRF', '*GRPPRF'), textOf('OWNER'), { cleared: '*USRPRF' }),
  attribute('ACGCDE', (value, attributeName) => (value === '' ? '*BLANK' : text(15, '*BLANK')(value, attributeName)), textOf('ACCOUNTING_CODE', { blank: '*BLANK', shown: '' }), { cleared: '*BLANK' }),
  attribute('MSGQ', object, objectOf('MESSAGE_QUEUE', 'MSGQ'), { cleared: '*USRPRF' }),
  attribute('DLVRY', oneOf('*NOTIFY', '*BREAK', '*HOLD', '*DFT'), textOf('MESSAGE_QUEUE_DELIVERY_METHOD'), { cleared: '*NOTIFY' }),
  attribute('SEV', number(0, 99), numberOf('MESSAGE_QUEUE_SEVERITY'), { cleared: '0' }),
  attribute('PRTDEV', name, textOf('PRINT_DEVICE'), { cleared: '*WRKSTN' }),
  attribute('OUTQ', object, objectOf('OUTPUT_QUEUE', 'OUTQ'), { cleared: '*WRKSTN' }),
  attribute('ATNPGM', object, objectOf('ATTENTION_KEY_HANDLING_PROGRAM', 'PGM'), { cleared: '*SYSVAL' }),
  attribute('SRTSEQ', object, objectOf('SORT_SEQUENCE_TABLE', 'TBL'), { cleared: '*SYSVAL' }),
  attribute('LANGID', name, textOf('LANGUAGE_ID'), { cleared: '*SYSVAL' }),
  attribute('CNTRYID', name, textOf('COUNTRY_OR_REGION_ID'), { cleared: '*SYSVAL' }),
  attribute('CCSID', number(1, 65_535, '*SYSVAL', '*HEX'), idOf('CHARACTER_CODE_SET_ID'), { cleared: '*SYSVAL' }),
  attribute('CHRIDCTL', oneOf('*SYSVAL', '*DEVD', '*JOBCCSID'), textOf('CHARACTER_IDENTIFIER_CONTROL'), { cleared: '*SYSVAL' }),
  attribute('SETJOBATR', listOf(oneOf(...JOB_ATTRIBUTES)), namesOf('LOCALE_JOB_ATTRIBUTES'), { isMultiValued: true, cleared: '*SYSVAL' }),
  attribute('LOCALE', path('*SYSVAL', '*NONE', '*C', '*POSIX'), textOf('LOCALE_PATH_NAME'), { cleared: '*SYSVAL' }),
  attribute('USROPT', listOf(oneOf(...USER_OPTIONS)), namesOf('USER_OPTIONS'), { isMultiValued: true, cleared: '*NONE' }),
  attribute('UID', number(0, 4_294_967_294, '*GEN'), numberOf('USER_ID_NUMBER')),
  attribute('HOMEDIR', path('*USRPRF'), textOf('HOME_DIRECTORY'), { cleared: '*USRPRF' }),
  attribute('USREXPDATE', date('*NONE', '*USREXPITV'), shortDateOf('USER_EXPIRATION_DATE'), { cleared: '*NONE' }),
  attribute('USREXPITV', number(1, 366), numberOf('USER_EXPIRATION_INTERVAL', 'int'), { type: 'int' }),
  attribute('AUT', oneOf('*EXCLUDE', '*ALL', '*CHANGE', '*USE'), undefined, { isFixed: true }),
  attribute('EIMASSOC', association, undefined, { isMultiValued: true }),
  attribute('GRPPRF', name, textOf('GROUP_PROFILE_NAME'), { cleared: '*NONE' }),
  attribute('SUPGRPPRF', listOf(name), namesOf('SUPPLEMENTAL_GROUP_LIST', 10), { isMultiValued: true, cleared: '*NONE' }),
];

/** Group profiles: https://www.ibm.com/docs/en/i/7.5?topic=services-user-info-view, of profiles with a group ID. */
export const GROUP_ATTRIBUTES: readonly ProfileAttribute[] = [
  readOnly('GID', numberOf('GROUP_ID_NUMBER')),
  readOnly('GRPAUT', textOf('GROUP_AUTHORITY')),
  readOnly('GRPAUTTYP', textOf('GROUP_AUTHORITY_TYPE')),
];
