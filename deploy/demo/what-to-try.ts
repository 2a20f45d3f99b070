import type { DemoFiles } from './prepare-files.js';
import { SUFFIX } from './world.js';

/** Where the console of the running demo is, how to sign in, and commands to be copied. The password is in it once. */
export function whatToTry(files: DemoFiles, adminDn: string): string {
  const curl = `curl -s -H 'X-OpenIDM-Username: ${files.user}' -H "X-OpenIDM-Password: $PASSWORD"`;
  const base = files.baseUrl;
  return `
The console is open, with both nights in it:

  ${base}/console/

  User:     ${files.user}
  Password: ${files.password}   (made for this run, and shown this once)

The controller, the agent and the directory stay up. Things to try in a shell:

  read -rsp 'Password: ' PASSWORD

  ${curl} -X POST '${base}/openidm/system?_action=test'
  ${curl} '${base}/openidm/system/ldap/account?_queryFilter=sn+eq+"Jensen"&_pageSize=3&_fields=uid,cn,title&_prettyPrint=true'
  ${curl} '${base}/openidm/system/hr/account?_queryFilter=title+sw+"Nurse"+and+departmentNumber+eq+"103"&_fields=uid,cn'
  ${curl} -H 'Content-Type: application/json' -X POST -d '{"dn":"uid=ada,ou=People,dc=example,dc=com","uid":"ada","cn":"Ada Lovelace","sn":"Lovelace"}' '${base}/openidm/system/ldap/account?_action=create'
  ${curl} -X POST '${base}/openidm/recon?_action=recon&mapping=hr_ldap&waitForCompletion=true'
  ldapsearch -x -H ldap://127.0.0.1:${files.directoryPort} -D '${adminDn}' -w '${files.directoryPassword}' -b ${SUFFIX} uid=contractor7

Files and logs: ${files.folder}
Press Ctrl-C to stop.`;
}
