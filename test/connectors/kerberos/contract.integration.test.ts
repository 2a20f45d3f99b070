import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import kerberos from '../../../connectors/catalog/kerberos/index.js';
import { ACCOUNT, Attribute, GuardedString, Name, PASSWORD, type IcfValue } from '../../../protocol/model/index.js';
import { describeConnectorContract, type ContractTarget } from '../../contract/connector-contract.js';
import { startMitKdc, type MitKdc } from '../../targets/mit-kdc.js';
import { startSshd } from '../../targets/sshd.js';
import { loginOf } from '../ssh/fixture.js';

/** A realm has principals of its own; a kadmin that does not list them leaves the samples alone, as the suite wants it. */
async function quietKadmin(kdc: MitKdc, program: string): Promise<string> {
  const folder = await mkdtemp(join(kdc.directory, 'quiet-'));
  const file = join(folder, basename(program));
  await writeFile(file, `#!/bin/sh\ncase " $* " in\n  *" listprincs "*) ${program} "$@" | perl -e '${WITHOUT_OWN}' ;;\n  *) exec ${program} "$@" ;;\nesac\n`);
  await Promise.all([folder, file].map((path) => chmod(path, 0o755)));
  return file;
}

/** Line by line; what kadmin asks for has no end of line. */
const WITHOUT_OWN = String.raw`
  $| = 1;
  while (sysread(STDIN, $part, 65536)) {
    $text .= $part;
    while ($text =~ s{^([^\n]*\n)}{}) { $line = $1; print $line unless $line =~ m{^(K/M|krbtgt/|kadmin/|kiprop/|admin/admin|reader/viewer|robot/admin)}; }
    if ($text =~ m{: $}) { print $text; $text = ""; }
  }
  print $text;
`;

function target(kdc: MitKdc, configuration: Record<string, IcfValue>, more: Partial<ContractTarget>): ContractTarget {
  return {
    connector: kerberos, configuration: { expectTimeout: 20_000n, ...configuration }, objectClass: ACCOUNT,
    sample: (index) => [new Name(`user${index}@${kdc.realm}`), Attribute.of(PASSWORD, new GuardedString(`pass-w0rd-${index}`)), Attribute.of('policy', index % 2 === 0 ? 'even' : 'odd')],
    change: Attribute.of('maximumTicketLife', '0 days 05:00:00'),
    filters: [{ kind: 'equals', attribute: Attribute.of('policy', 'odd') }, { kind: 'startsWith', attribute: Attribute.of('__NAME__', 'user1') }, { kind: 'contains', attribute: Attribute.of('__UID__', 'er2') }],
    filterAttributes: ['policy'],
    optional: ['policy'],
    secrets: ['pass-w0rd-', kdc.admin.password],
    behind: { name: 'MIT Kerberos', real: true },
    stop: () => kdc.stop(),
    ...more,
  };
}

const block = (kdc: MitKdc, cmd: string, more = '') => `kadmin { cmd = '${cmd}'; user = 'admin/admin'; default_realm = '${kdc.realm}'${more} }`;

/** Of the facade and the search, which are the same whichever way kadmin is reached; hundreds of processes behind sudo would show no more. */
const AS_BY_KADMIN = 'checked by kadmin on the agent\'s machine';

describeConnectorContract('kerberos over ssh', async () => {
  const [kdc, sshd] = await Promise.all([startMitKdc(), startSshd({ sudo: 'NOPASSWD: ALL' })]);
  for (const policy of ['even', 'odd']) await kdc.local('addpol', policy);
  return target(kdc, { ...loginOf(sshd), customConfiguration: block(kdc, await quietKadmin(kdc, kdc.kadminLocal)) }, {
    broken: { password: new GuardedString('not-the-password-7') },
    secrets: ['pass-w0rd-', sshd.password, 'not-the-password-7'],
    behind: { name: 'MIT Kerberos by kadmin.local, OpenSSH', real: true },
    outage: { begin: () => sshd.pause(), end: () => sshd.resume() },
    exempt: { filters: AS_BY_KADMIN, filteredPages: AS_BY_KADMIN, cookies: AS_BY_KADMIN },
    stop: async () => {
      await sshd.stop();
      await kdc.stop();
    },
  });
});

describeConnectorContract('kerberos by kadmin', async () => {
  const kdc = await startMitKdc();
  for (const policy of ['even', 'odd']) await kdc.local('addpol', policy);
  return target(kdc, {
    host: 'localhost', user: 'nobody', customConfiguration: block(kdc, await quietKadmin(kdc, kdc.kadmin), "; transport = 'local'"), password: new GuardedString('unused-password'),
    customSensitiveConfiguration: new GuardedString(`kadmin { password = '${kdc.admin.password}' }`),
  }, {
    broken: { customSensitiveConfiguration: new GuardedString("kadmin { password = 'not-the-password-8' }") },
    secrets: ['pass-w0rd-', kdc.admin.password, 'not-the-password-8'],
    behind: { name: 'MIT Kerberos by kadmin and kadmind', real: true },
    outage: { begin: () => kdc.pause(), end: () => kdc.resume() },
  });
});
