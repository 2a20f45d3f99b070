import type { FuzzTarget } from '../engine/target.js';
import type { TargetName } from './names.js';

/** One line per target; loaded when it is fuzzed, so that the coverage of one holds nothing of another. */
const LOADERS: Readonly<Record<TargetName, () => Promise<{ readonly target: FuzzTarget }>>> = {
  frames: () => import('./frames.js'),
  'object-streams': () => import('./object-streams.js'),
  operations: () => import('./operations.js'),
  responses: () => import('./responses.js'),
  session: () => import('./session.js'),
  filters: () => import('./filters.js'),
  'ldap-filters': () => import('./ldap-filters.js'),
  crest: () => import('./crest.js'),
  json: () => import('./json.js'),
  csv: () => import('./csv.js'),
  'ldap-responses': () => import('./ldap-responses.js'),
  'ldap-texts': () => import('./ldap-texts.js'),
  cookies: () => import('./cookies.js'),
  dn: () => import('./dn.js'),
  provisioners: () => import('./provisioners.js'),
  configuration: () => import('./configuration.js'),
  upgrades: () => import('./upgrades.js'),
  policies: () => import('./policies.js'),
  'audit-lines': () => import('./audit-lines.js'),
  'journal-segments': () => import('./journal-segments.js'),
  enrolment: () => import('./enrolment.js'),
  'secret-references': () => import('./secret-references.js'),
  'script-values': () => import('./script-values.js'),
};

/** Undefined when there is no target of that name. */
export async function loadTarget(name: string): Promise<FuzzTarget | undefined> {
  const load = Object.hasOwn(LOADERS, name) ? LOADERS[name as TargetName] : undefined;
  return (await load?.())?.target;
}
