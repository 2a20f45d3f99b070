import type { Command } from 'commander';
import { describeConnector, type ConnectorDescription } from '../../connectors/framework/index.js';
import { allConnectors, connectorIds, loadConnector } from '../../connectors/registry.js';
import { closestWord } from '../config/closest-word.js';
import type { Write } from './agent-commands.js';
import { CliError, EXIT } from './exit-codes.js';

/** `connectors list|describe`. */
export function connectorsCommand(program: Command, write: Write): void {
  const connectors = program.command('connectors').description('the connectors built into this agent');
  connectors.command('list')
    .description('list the connectors')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const all = (await allConnectors()).map(describeConnector);
      const short = all.map(({ id, title, family, connectorRef, interfaces }) => ({ id, title, family, connectorRef, interfaces }));
      write(json === true ? `${JSON.stringify(short, null, 2)}\n` : `${all.map(listLine).join('\n')}\n`);
    });
  connectors.command('describe')
    .description('describe a connector: interfaces, object classes, configuration properties')
    .argument('<id>', 'id, see `connectors list`')
    .option('--json', 'print JSON')
    .action(async (id: string, { json }: { json?: boolean }) => {
      const connector = await loadConnector(id);
      if (connector === undefined) {
        const meant = closestWord(id, connectorIds);
        throw new CliError(`There is no connector "${id}"; ${meant === undefined ? `known: ${connectorIds.join(', ')}` : `did you mean ${meant}?`}`, EXIT.usage);
      }
      const description = describeConnector(connector);
      write(json === true ? `${JSON.stringify(description, null, 2)}\n` : describeText(description));
    });
}

function listLine({ id, title, connectorRef }: ConnectorDescription): string {
  return `${id.padEnd(12)} ${title.padEnd(32)} ${connectorRef.connectorName} (${connectorRef.bundleName} ${connectorRef.bundleVersion})`;
}

function describeText({ title, id, connectorRef, interfaces, objectClasses, configurationProperties }: ConnectorDescription): string {
  const lines = [
    `${title} (${id})`,
    `  ${connectorRef.connectorName}, bundle ${connectorRef.bundleName} ${connectorRef.bundleVersion}`,
    `  interfaces: ${interfaces.join(', ')}`,
    '', 'Object classes',
    ...objectClasses.map(({ name, operations }) => `  ${name}: ${operations.join(', ')}`),
    '', 'Configuration properties',
  ];
  for (const { name, type, required, confidential, default: value, purpose } of configurationProperties) {
    const traits = [type, ...(required ? ['required'] : []), ...(confidential ? ['confidential'] : []), ...(value === null || confidential ? [] : [`default ${JSON.stringify(value)}`])];
    lines.push(`  ${name} (${traits.join(', ')})`, `      ${purpose}`);
  }
  return `${lines.join('\n')}\n`;
}
