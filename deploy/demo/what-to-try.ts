import type { DemoFiles } from './prepare-files.js';
import { SUFFIX } from './world.js';

/** Commands against the running demo, to be copied. */
export function whatToTry(files: DemoFiles, adminDn: string): string {
  const curl = `curl -s -H 'X-OpenIDM-Username: ${files.user}' -H 'X-OpenIDM-Password: ${files.password}'`;
  const base = files.baseUrl;
  return `
The controller, the agent and the directory stay up. Things to try:

  ${curl} -X POST '${base}/openidm/system?_action=test'
  ${curl} '${base}/openidm/system/ldap/account?_queryFilter=sn+eq+"Jensen"&_pageSize=3&_fields=uid,cn,title&_prettyPrint=true'
  ${curl} '${base}/openidm/system/hr/account?_queryFilter=title+sw+"Nurse"+and+departmentNumber+eq+"103"&_fields=uid,cn'
  ${curl} -H 'Content-Type: application/json' -X POST -d '{"dn":"uid=ada,ou=People,dc=example,dc=com","uid":"ada","cn":"Ada Lovelace","sn":"Lovelace"}' '${base}/openidm/system/ldap/account?_action=create'
  ${curl} -X POST '${base}/openidm/recon?_action=recon&mapping=hr_ldap&waitForCompletion=true'
  ldapsearch -x -H ldap://127.0.0.1:${files.directoryPort} -D '${adminDn}' -w '${files.directoryPassword}' -b ${SUFFIX} uid=contractor7

Files and logs: ${files.folder}
Press Ctrl-C to stop.`;
}
