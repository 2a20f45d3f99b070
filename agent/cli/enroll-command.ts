import type { Command } from 'commander';
import type { Write } from './agent-commands.js';
import { configFile, configOption } from './config-option.js';
import type { Enrolled } from './enroll-agent.js';
import { CliError, EXIT } from './exit-codes.js';
import { jsonOption, jsonText } from './json-option.js';

interface EnrollOptions {
  readonly config?: string;
  readonly controller?: string;
  readonly token?: string;
  readonly acme?: boolean;
  readonly replace?: boolean;
  readonly unlessEnrolled?: boolean;
  readonly json?: boolean;
}

const toStandardError: Write = (text) => { process.stderr.write(text); };

async function enrolledBy({ acme, token, controller, replace }: EnrollOptions, file: string, warn: Write): Promise<Enrolled> {
  if (acme === true) {
    if (token !== undefined || controller !== undefined) throw new CliError('--acme goes without --token and --controller: the authority is in enrolment.acme of the configuration.', EXIT.usage);
    const { enrollByAcme } = await import('./enroll-by-acme.js');
    return enrollByAcme({ file, replace }, warn);
  }
  if (token === undefined) throw new CliError('Say where the certificate comes from: --token (of a controller), or --acme.', EXIT.usage);
  const { enrollAgent } = await import('./enroll-agent.js');
  return enrollAgent({ file, token, controller, replace }, warn);
}

/** `agent enroll|identity`. What they need is loaded when they run. */
export function enrollCommand(agent: Command, write: Write, warn: Write = toStandardError): void {
  agent.command('enroll')
    .description('get a certificate, from a controller with a one-time token or from an authority that speaks ACME; the key pair is made here and never leaves')
    .option(...configOption)
    .option('--token <token>', 'the enrolment token: @FILE, - for standard input, or (seen by other users of this machine) the token itself')
    .option('--controller <url>', 'https:// URL of the enrolment listener, when this machine reaches it by another than the token holds')
    .option('--acme', 'from the authority in enrolment.acme of the configuration, instead of a controller')
    .option('--replace', 'replace an identity that exists')
    .option('--unless-enrolled', 'do nothing where there is an identity already, for installations that run this at every start')
    .option(...jsonOption)
    .action(async (options: EnrollOptions) => {
      const file = configFile(options.config);
      if (options.unlessEnrolled === true) {
        if (options.replace === true) throw new CliError('--unless-enrolled and --replace exclude each other.', EXIT.usage);
        const { showIdentity } = await import('./enroll-agent.js');
        const identity = await showIdentity(file);
        if (identity !== undefined) {
          write(options.json === true ? jsonText(identity) : `Enrolled already as ${identity.agent}, until ${identity.notAfter}.\n`);
          return;
        }
      }
      const enrolled = await enrolledBy(options, file, warn);
      write(options.json === true ? jsonText(enrolled) : [
        `Enrolled as ${enrolled.agent}${enrolled.group === undefined ? '' : ` of group ${enrolled.group}`}.`,
        `  certificate ${enrolled.subject}, serial number ${enrolled.serialNumber}, until ${enrolled.notAfter}`,
        `  kept in     ${enrolled.directory}`,
        '  renewed     by the running agent, before it expires',
        'A running agent uses it from its next connection on.', '',
      ].join('\n'));
    });
  agent.command('identity')
    .description('show the enrolled identity')
    .option(...configOption)
    .option(...jsonOption)
    .action(async (options: { config?: string; json?: boolean }) => {
      const { showIdentity } = await import('./enroll-agent.js');
      const identity = await showIdentity(configFile(options.config));
      if (identity === undefined) throw new CliError('This agent is not enrolled. Run: causeway agent enroll', EXIT.failure);
      const { source, agent: name, group, subject, issuer, serialNumber, notAfter, daysLeft, renewal, trust } = identity;
      write(options.json === true ? jsonText(identity) : [
        `${name}${group === undefined ? '' : ` of group ${group}`}`, `  subject  ${subject}`, `  issuer   ${issuer}`, `  serial   ${serialNumber}`,
        `  valid    until ${notAfter} (${daysLeft < 0 ? 'EXPIRED' : `${daysLeft} days left`})`, `  renewal  due ${renewal.due}${renewal.state === 'issued' ? '; a new certificate waits to be accepted' : ''}`,
        source === 'acme' ? '  source   ACME (enrolment.acme); controllers are trusted by tls.ca' : `  trust    revision ${trust.revision}`, '',
      ].join('\n'));
    });
}
