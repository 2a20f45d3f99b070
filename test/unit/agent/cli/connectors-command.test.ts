import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { connectorsCommand } from '../../../../agent/cli/connectors-command.js';

async function run(...words: string[]): Promise<string> {
  let output = '';
  const program = new Command().exitOverride();
  connectorsCommand(program, (text) => { output += text; });
  await program.parseAsync(['connectors', ...words], { from: 'user' });
  return output;
}

describe('causeway connectors', () => {
  it('describe: refuses an id nobody has, and proposes one', async () => {
    await expect(run('describe', 'lap')).rejects.toThrow('There is no connector "lap"; did you mean ldap?');
  });

  it('list: names every bundle a connector answers for, the versions of one together', async () => {
    const line = (await run('list')).split('\n').find((text) => text.startsWith('csv '));
    expect(line).toContain('org.forgerock.openicf.csvfile.CSVFileConnector (org.forgerock.openicf.connectors.csvfile-connector 1.5.20.26; org.openidentityplatform.openicf.connectors.csvfile-connector 2.0.0.0, 1.5.20.26)');
  });

  it('list --json: has the bundles apart from the connector reference', async () => {
    const list = JSON.parse(await run('list', '--json')) as { id: string }[];
    expect(list.find(({ id }) => id === 'ldap')).toMatchObject({
      connectorRef: { bundleName: 'org.forgerock.openicf.connectors.ldap-connector', bundleVersion: '1.5.20.26', connectorName: 'org.identityconnectors.ldap.LdapConnector' },
      alternativeBundles: [
        { bundleName: 'org.openidentityplatform.openicf.connectors.ldap-connector', bundleVersion: '2.0.0.0' },
        { bundleName: 'org.openidentityplatform.openicf.connectors.ldap-connector', bundleVersion: '1.5.20.26' },
      ],
    });
  });

  it('describe: shows the bundles, and which operations a property is for', async () => {
    const text = await run('describe', 'ldap');
    expect(text).toContain('org.openidentityplatform.openicf.connectors.ldap-connector 2.0.0.0');
    expect(text).toContain('  changeLogBlockSize (int, required for Sync, default 100)\n');
    expect(text).toContain('  accountSynchronizationFilter (String, for Sync)\n');
    expect(text).toContain('  credentials (GuardedString, confidential)\n');
  });
});
