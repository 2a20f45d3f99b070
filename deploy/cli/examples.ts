import type { Command } from 'commander';
import { everyCommand } from './every-command.js';

/** A command line as a person would type it, and what it is for. */
export type Example = readonly [what: string, line: string];

/**
 * Of every command that does something, by its path. A command of another part of the product gets its examples here as well; a
 * test fails for one that has none, and for an example that does not parse.
 */
const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  'agent run': [['in the foreground, as a service manager does', 'causeway agent run --config /etc/causeway/agent.yaml']],
  'agent check': [['before a start, and after every change', 'causeway agent check --config /etc/causeway/agent.yaml'], ['for a script', 'causeway agent check --config agent.yaml --json']],
  'agent enroll': [
    ['with a token of `causeway controller enrolment token`', 'causeway agent enroll --config agent.yaml --token @token.txt'],
    ['from an authority that speaks ACME', 'causeway agent enroll --config agent.yaml --acme'],
  ],
  'agent identity': [['how long the certificate lasts', 'causeway agent identity --config agent.yaml']],
  'agent status': [
    ['whether it is connected, and what it does', 'causeway agent status --config /etc/causeway/agent.yaml'],
    ['a link for a browser on this machine', 'causeway agent status --config /etc/causeway/agent.yaml --link'],
  ],
  'agent drain': [['before a restart, until it has ended', 'causeway agent drain --config /etc/causeway/agent.yaml --wait']],
  doctor: [
    ['everything between this machine and the controller', 'causeway doctor --config /etc/causeway/agent.yaml'],
    ['before there is a configuration', 'causeway doctor --controller wss://cloud.example/openicf'],
    ['a system, too, with its file from the controller', 'causeway doctor --config agent.yaml --systems provisioner.openicf-ldap.json'],
    ['whose clock is wrong, by a third one', 'causeway doctor --config agent.yaml --time-server ntp.example'],
    ['for support', 'causeway doctor --config agent.yaml --log /var/log/causeway.log --bundle support.tar.gz'],
  ],
  'connectors test': [['whether a system can be reached and used', 'causeway connectors test --config agent.yaml --system provisioner.openicf-ldap.json']],
  'connectors validate': [['properties only, the target is not asked', 'causeway connectors validate --connector csv --set csvFile=people.csv --set headerUid=uid']],
  'connectors schema': [['object classes and attributes as the target tells them', 'causeway connectors schema --system provisioner.openicf-ldap.json --json']],
  'connectors query': [
    ['with what ran at the target and what did not', 'causeway connectors query --system provisioner.openicf-ldap.json --class account --filter \'sn eq "Doe"\' --explain'],
    ['how many there are', 'causeway connectors query --connector csv --set csvFile=people.csv --set headerUid=uid --count'],
  ],
  'connectors get': [['one object, two of its attributes', 'causeway connectors get --system provisioner.openicf-ldap.json --uid 0a1b --attributes cn,mail']],
  'connectors sync': [['the token to begin with', 'causeway connectors sync --system provisioner.openicf-ldap.json --latest'], ['what has changed since', 'causeway connectors sync --system provisioner.openicf-ldap.json --token 4711']],
  'connectors create': [['what would be written, and nothing is', 'causeway connectors create --system provisioner.openicf-ldap.json --input new.json --value-from password=env:NEW_PASSWORD --dry-run']],
  'connectors update': [['a diff first', 'causeway connectors update --system provisioner.openicf-ldap.json --uid 0a1b --value mail=jdoe@example.com --dry-run']],
  'connectors delete': [['without being asked', 'causeway connectors delete --system provisioner.openicf-ldap.json --uid 0a1b --yes']],
  'connectors authenticate': [['a password that stands in no history', 'causeway connectors authenticate --system provisioner.openicf-ldap.json --username jdoe --password-from env:PASSWORD']],
  'connectors script': [['beside the connector', 'causeway connectors script --system provisioner.openicf-ldap.json --file count.js --argument name=jdoe']],
  'connectors list': [['what this agent can connect to', 'causeway connectors list']],
  'connectors describe': [['every property of the LDAP connector', 'causeway connectors describe ldap'], ['as data', 'causeway connectors describe ldap --json']],
  'audit verify': [['whether somebody changed the log', 'causeway audit verify --config agent.yaml'], ['of the last week', 'causeway audit verify --config agent.yaml --from 7d']],
  'audit show': [
    ['who deleted what since yesterday', 'causeway audit show --config agent.yaml --operation delete --from 24h'],
    ['line by line, for a pipe', 'causeway audit show --config agent.yaml --outcome refused --json-lines'],
  ],
  'config check': [
    ['a configuration of an agent or a controller', 'causeway config check /etc/causeway/agent.yaml'],
    ['all provisioner files and mappings of a folder', 'causeway config check conf/'],
  ],
  'config migrate': [
    ['a project of IDM and the files of its Java connector server', 'causeway config migrate /opt/openidm /opt/openicf/conf/ConnectorServer.properties --out causeway'],
    ['the report only', 'causeway config migrate conf/provisioner.openicf-ldap.json --json'],
  ],
  'config import-properties': [['the settings of a Java connector server', 'causeway config import-properties ConnectorServer.properties --out agent.yaml']],
  'secrets set': [
    ['asked for without being shown', 'causeway secrets set ldap-bind --config agent.yaml'],
    ['from another program', 'pass show ldap | causeway secrets set ldap-bind --config agent.yaml'],
  ],
  'secrets list': [['names and dates, never values', 'causeway secrets list --config agent.yaml']],
  'secrets remove': [['a secret nobody needs any more', 'causeway secrets remove ldap-bind --config agent.yaml']],
  'secrets rotate-key': [['after somebody left who could read the key', 'causeway secrets rotate-key --config agent.yaml']],
  'policy check': [
    ['the file the configuration names', 'causeway policy check --config agent.yaml'],
    ['what a delete would get, and why', 'causeway policy check --config agent.yaml --operation delete --connector ldap --uid 42'],
  ],
  'policy status': [['which brakes have tripped', 'causeway policy status --config agent.yaml']],
  'policy release': [['after a look at what had happened', 'causeway policy release --config agent.yaml --brake deletes']],
  'certs init': [['an authority for a test or a small site', 'causeway certs init --dir ca']],
  'certs issue-controller': [['for the names agents dial', 'causeway certs issue-controller --dir ca --names cloud.example,10.0.0.7 --out controller']],
  'certs issue-agent': [['for one agent', 'causeway certs issue-agent --dir ca --name site-1 --out agent']],
  'certs show': [['whose it is and until when', 'causeway certs show agent/agent.crt']],
  'controller run': [['in the foreground, as a service manager does', 'causeway controller run --config controller.yaml']],
  'controller check': [['before a start', 'causeway controller check --config controller.yaml']],
  'controller hash-password': [['for rest.users in the configuration', 'pass show causeway-admin | causeway controller hash-password']],
  'controller enrolment token': [['for a new agent, good for an hour', 'causeway controller enrolment token --config controller.yaml --agent site-1 --life 1h']],
  'controller enrolment list': [['who has which certificate', 'causeway controller enrolment list --config controller.yaml']],
  'controller enrolment revoke': [['a machine that was stolen', 'causeway controller enrolment revoke --config controller.yaml --agent site-1']],
  'controller enrolment restore': [['a machine that was found again', 'causeway controller enrolment restore --config controller.yaml --agent site-1']],
  'controller enrolment rotate-ca': [
    ['where it stands', 'causeway controller enrolment rotate-ca --config controller.yaml'],
    ['the first of three steps', 'causeway controller enrolment rotate-ca --config controller.yaml --prepare'],
  ],
  demo: [['two nights of reconciliation, then try it yourself', 'causeway demo'], ['and no more than that', 'causeway demo --once']],
  completion: [
    ['bash, for this user', 'causeway completion bash > ~/.local/share/bash-completion/completions/causeway'],
    ['zsh, into a folder of $fpath', 'causeway completion zsh > ~/.zfunc/_causeway'],
    ['fish', 'causeway completion fish > ~/.config/fish/completions/causeway.fish'],
  ],
};

/** Shows its examples in the help of each command. */
export function addExamples(program: Command): void {
  for (const { path, command } of everyCommand(program)) {
    const examples = Object.hasOwn(EXAMPLES, path) ? EXAMPLES[path] : undefined;
    if (examples !== undefined) command.addHelpText('after', `\nExamples:\n${examples.map(([what, line]) => `  # ${what}\n  ${line}`).join('\n')}`);
  }
}
