/** Roles of callers, and what each may do: one table, asked for every request of the REST API. */

/** May use the whole API. */
export const ADMIN_ROLE = 'openidm-admin';
/** May read everything, test, query, reconcile; changes no object and no configuration. */
export const OPERATOR_ROLE = 'causeway-operator';
/** May read everything. */
export const AUDITOR_ROLE = 'causeway-auditor';

export const ROLES: readonly string[] = [ADMIN_ROLE, OPERATOR_ROLE, AUDITOR_ROLE];

/** A request as rules see it. */
export interface AskedAccess {
  /** The HTTP method, what stands for it on a POST taken into account. */
  readonly method: string;
  /** Segments behind the context path. */
  readonly path: readonly string[];
  /** `_action`. */
  readonly action: string | undefined;
}

interface AccessRule {
  readonly role: string;
  readonly method: string;
  /** Segments; `*` is any one, `**` at the end any number. */
  readonly path: string;
  /** In lower case; undefined: whichever, and none. */
  readonly actions?: readonly string[];
}

/** Everybody who is signed in. */
const ANYBODY = '*';

/** What is not here is refused. A new resource adds the actions its operators need. */
const RULES: readonly AccessRule[] = [
  { role: ANYBODY, method: 'POST', path: 'authentication', actions: ['login', 'logout'] },
  { role: ANYBODY, method: 'GET', path: 'info/**' },
  { role: ADMIN_ROLE, method: '*', path: '**' },
  { role: AUDITOR_ROLE, method: 'GET', path: '**' },
  { role: OPERATOR_ROLE, method: 'GET', path: '**' },
  { role: OPERATOR_ROLE, method: 'POST', path: 'system', actions: ['test', 'availableconnectors', 'availableconnectorservers', 'testconnectorservers', 'livesync', 'activesync'] },
  { role: OPERATOR_ROLE, method: 'POST', path: 'system/*', actions: ['test', 'livesync'] },
  { role: OPERATOR_ROLE, method: 'POST', path: 'system/*/*', actions: ['livesync'] },
  { role: OPERATOR_ROLE, method: 'POST', path: 'recon', actions: ['recon', 'reconbyid', 'reconbyquery'] },
  { role: OPERATOR_ROLE, method: 'POST', path: 'recon/*', actions: ['cancel', 'approve', 'reject'] },
  { role: OPERATOR_ROLE, method: 'POST', path: 'sync', actions: ['getlinkedresources'] },
  { role: OPERATOR_ROLE, method: 'POST', path: 'scheduler', actions: ['preview', 'validatequartzcronexpression'] },
  { role: OPERATOR_ROLE, method: 'POST', path: 'scheduler/job/*', actions: ['trigger', 'pause', 'resume'] },
];

/** Whether one of the roles allows it. */
export function isAllowed(roles: readonly string[], asked: AskedAccess): boolean {
  const known = roles.filter((role) => ROLES.includes(role));
  if (known.length === 0) return false;
  return RULES.some((rule) => (rule.role === ANYBODY || known.includes(rule.role)) && matches(rule, asked));
}

function matches({ method, path, actions }: AccessRule, asked: AskedAccess): boolean {
  if (method !== '*' && method !== asked.method) return false;
  if (actions !== undefined && (asked.action === undefined || !actions.includes(asked.action.toLowerCase()))) return false;
  const pattern = path.split('/');
  const isOpen = pattern.at(-1) === '**';
  const fixed = isOpen ? pattern.slice(0, -1) : pattern;
  if (isOpen ? asked.path.length < fixed.length : asked.path.length !== fixed.length) return false;
  return fixed.every((segment, at) => segment === '*' || segment === asked.path[at]);
}
