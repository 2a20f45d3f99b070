import type { Command } from 'commander';
import type { ConnectorDescription, DescribedProperty } from '../../connectors/framework/index.js';
import { closestWord } from '../config/closest-word.js';
import type { Write } from './agent-commands.js';
import { deskCommands } from './desk-commands.js';
import { CliError, EXIT } from './exit-codes.js';
import { jsonOption, jsonText } from './json-option.js';

const loadConnectors = () => Promise.all([import('../../connectors/registry.js'), import('../../connectors/framework/index.js')]);

/** `connectors list|describe`, and those that run an operation here (desk-commands.ts). What they need is loaded when they run. */
export function connectorsCommand(program: Command, write: Write, io?: Parameters<typeof deskCommands>[1]): void {
  const connectors = program.command('connectors').description('the connectors built into this agent, and operations with them');
  deskCommands(connectors, io);
  connectors.command('list')
    .description('list the connectors')
    .option(...jsonOption)
    .action(async ({ json }: { json?: boolean }) => {
      const [{ allConnectors }, { describeConnector }] = await loadConnectors();
      const all = (await allConnectors()).map(describeConnector);
      const short = all.map(({ id, title, family, connectorRef, alternativeBundles, interfaces }) => ({ id, title, family, connectorRef, alternativeBundles, interfaces }));
      write(json === true ? jsonText(short) : `${all.map(listLine).join('\n')}\n`);
    });
  connectors.command('describe')
    .description('describe a connector: interfaces, object classes, configuration properties')
    .argument('<id>', 'id, see `connectors list`')
    .option(...jsonOption)
    .action(async (id: string, { json }: { json?: boolean }) => {
      const [{ connectorIds, loadConnector }, { describeConnector }] = await loadConnectors();
      const connector = await loadConnector(id);
      if (connector === undefined) {
        const meant = closestWord(id, connectorIds);
        throw new CliError(`There is no connector "${id}"; ${meant === undefined ? `known: ${connectorIds.join(', ')}` : `did you mean ${meant}?`}`, EXIT.usage);
      }
      const description = describeConnector(connector);
      write(json === true ? jsonText(description) : describeText(description));
    });
}

/** Every bundle the connector answers for, the versions of one name together. */
function bundlesText({ connectorRef, alternativeBundles }: ConnectorDescription): string {
  const versions = new Map<string, string[]>();
  for (const { bundleName, bundleVersion } of [connectorRef, ...alternativeBundles]) versions.set(bundleName, [...versions.get(bundleName) ?? [], bundleVersion]);
  return [...versions].map(([name, known]) => `${name} ${known.join(', ')}`).join('; ');
}

function listLine(description: ConnectorDescription): string {
  const { id, title, connectorRef } = description;
  return `${id.padEnd(12)} ${title.padEnd(32)} ${connectorRef.connectorName} (${bundlesText(description)})`;
}

function describeText(description: ConnectorDescription): string {
  const { title, id, connectorRef, interfaces, objectClasses, configurationProperties } = description;
  const lines = [
    `${title} (${id})`,
    `  ${connectorRef.connectorName}, bundle ${bundlesText(description)}`,
    `  interfaces: ${interfaces.join(', ')}`,
    '', 'Object classes',
    ...objectClasses.map(({ name, operations }) => `  ${name}: ${operations.join(', ')}`),
    '', 'Configuration properties',
  ];
  for (const property of configurationProperties) lines.push(`  ${property.name} (${traits(property)})`, `      ${property.purpose}`);
  return `${lines.join('\n')}\n`;
}

function traits({ type, required, operations, confidential, default: value }: DescribedProperty): string {
  const purpose = operations.length === 0 ? '' : `for ${operations.map((operation) => operation.replace('ApiOp', '')).join(' and ')}`;
  const need = [required ? 'required' : '', purpose].join(' ').trim();
  return [type, need, confidential ? 'confidential' : '', value === null || confidential ? '' : `default ${JSON.stringify(value)}`].filter((trait) => trait !== '').join(', ');
}
