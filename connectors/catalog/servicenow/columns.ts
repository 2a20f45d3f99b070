import { NAME, PASSWORD, type IcfValue } from '../../../protocol/model/index.js';
import { attributes, isJsonObject, password, refuse, string, type Json, type RestAttribute, type RestAttributes } from '../../engines/rest/index.js';

export interface ColumnOptions {
  readonly wire?: string;
  readonly type?: 'String' | 'Boolean';
  /** The instance decides it. */
  readonly own?: boolean;
  readonly notes?: string;
}

/** Every value of the Table API is a text, an empty one where there is none; a reference may come with a link. */
export function columnValue(value: Json | undefined): Json | undefined {
  const plain = isJsonObject(value) ? value['value'] : value;
  return plain === '' ? undefined : plain;
}

function columnText(name: string, values: readonly IcfValue[] | null): string {
  const value = values?.[0] ?? '';
  if (typeof value === 'object') return refuse(`${name} takes a text, a number or a flag.`);
  return String(value);
}

/** One column of a table. */
export function column(name: string, { wire = name, type = 'String', own = false, notes }: ColumnOptions = {}): RestAttribute {
  const made = string({ wire, read: (object) => columnValue(object[wire]), ...(own ? { unsent: 'always' } : { write: (values) => columnText(name, values) }), ...(notes === undefined ? {} : { notes }) });
  return { ...made, type };
}

const columns = (names: string, options: ColumnOptions = {}): RestAttributes => Object.fromEntries(names.split(' ').map((name) => [name, column(name, options)]));

/** Of every table. */
const SYSTEM = columns('sys_id sys_mod_count sys_created_on sys_created_by sys_updated_on sys_updated_by', { own: true });
const DOMAIN: RestAttributes = { sys_domain: column('sys_domain'), sys_domain_path: column('sys_domain_path', { own: true }) };
const CLASS: RestAttributes = { sys_class_name: column('sys_class_name', { own: true }) };
const reference = (...names: readonly string[]): RestAttributes => Object.fromEntries(names.map((name) => [name, column(name, { notes: 'sys_id of what it refers to' })]));

/** Records with a column for a name. */
const named = (more: RestAttributes, name = 'name'): RestAttributes => attributes({ [NAME]: column(NAME, { wire: name }), ...more, ...SYSTEM });
/** Records that join two others: their name is their sys_id. */
const joining = (more: RestAttributes): RestAttributes => attributes({ [NAME]: column(NAME, { wire: 'sys_id', own: true, notes: 'the sys_id' }), ...more, ...SYSTEM });

const FLAG = { type: 'Boolean' } as const;

/** sys_user, as an instance has it (REST API Explorer of the instance; the documentation of the Java connector has the samples). */
export const user = named({
  ...columns('user_name first_name middle_name last_name name email phone mobile_phone home_phone title employee_number gender introduction'),
  ...reference('department', 'location', 'company', 'cost_center', 'manager', 'building', 'schedule', 'default_perspective', 'ldap_server'),
  ...columns('street city state zip country preferred_language time_zone time_format date_format roles source'),
  ...columns('active locked_out password_needs_reset vip', { notes: 'the text true or false' }),
  internal_integration_user: column('internal_integration_user', FLAG), web_service_access_only: column('web_service_access_only', FLAG),
  ...columns('notification calendar_integration business_criticality failed_attempts enable_multifactor_authn'),
  ...columns('last_login last_login_time last_login_device', { own: true }),
  [PASSWORD]: password({ wire: 'user_password', notes: 'the same as user_password, and never given' }),
  user_password: column('user_password', { notes: 'given as the digest the instance keeps; that one sent back changes nothing' }),
  ...DOMAIN, ...CLASS,
}, 'email');

export const role = named({ ...columns('name description suffix elevated_privilege can_delegate grantable requires_subscription scoped_admin'), ...reference('assignable_by') });

export const group = named({ ...columns('name description active email type roles source exclude_manager include_members points hourly_rate average_daily_fte vendors'), ...reference('manager', 'parent', 'cost_center', 'default_assignee'), ...DOMAIN, ...CLASS });

export const userHasRole = joining({ ...reference('user', 'role', 'granted_by', 'included_in_role', 'included_in_role_instance'), ...columns('inherited state'), ...columns('inh_count inh_map', { own: true }) });

export const userHasGroup = joining({ ...reference('user', 'group'), ...columns('scrum_role average_daily_fte') });

export const delegate = joining({ ...reference('user', 'delegate'), ...columns('starts ends', { notes: 'yyyy-MM-dd HH:mm:ss in UTC' }), ...columns('approvals assignments notifications invitations') });

export const company = named({
  ...columns('name street city state zip country phone fax_phone website notes customer vendor manufacturer primary publicly_traded latitude longitude fiscal_year discount market_cap num_employees profits revenue_per_year rank_tier stock_price stock_symbol banner_text vendor_type'),
  ...reference('contact', 'parent', 'vendor_manager'), ...DOMAIN, ...CLASS,
});

export const department = named({ ...columns('name id description code head_count source'), ...reference('dept_head', 'primary_contact', 'parent', 'business_unit', 'company', 'cost_center'), ...DOMAIN });

export const costCenter = named({ ...columns('name account_number code valid_from valid_to'), ...reference('location', 'manager', 'parent'), ...DOMAIN });

export const location = named({ ...columns('name full_name street city state zip country phone fax_phone phone_territory latitude longitude time_zone stock_room'), ...reference('company', 'contact', 'parent'), ...DOMAIN });
