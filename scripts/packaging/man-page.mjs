/** causeway(1), from the commands' own help. */

/** roff takes a dot or an apostrophe at the start of a line for a request, and a hyphen for a hyphen instead of a minus. */
const roff = (text) => text.replace(/\\/g, '\\e').replace(/-/g, '\\-').split('\n').map((line) => (/^[.']/.test(line) ? `\\&${line}` : line)).join('\n');

function* commandsOf(command, path) {
  for (const child of command.commands.filter(({ _hidden: hidden }) => hidden !== true)) {
    const name = `${path} ${child.name()}`;
    if (child.commands.length === 0) yield { name, command: child };
    yield* commandsOf(child, name);
  }
}

function section({ name, command }) {
  const help = command.createHelp();
  const given = help.visibleArguments(command).map((argument) => help.argumentTerm(argument)).map((term) => (term.startsWith('[') || term.startsWith('<') ? term : `<${term}>`));
  const lines = ['.TP', `.B ${roff(name)}`, ...(given.length === 0 ? [] : [`.I ${roff(given.join(' '))}`]), '.br', roff(`${command.description()}.`)];
  const options = help.visibleOptions(command).filter(({ long }) => long !== '--help');
  if (options.length > 0) lines.push('.RS', ...options.flatMap((option) => ['.TP', `.B ${roff(help.optionTerm(option))}`, roff(help.optionDescription(option))]), '.RE');
  return lines.join('\n');
}

/** `date`: as man pages show it, e.g. 2026-11-23. */
export function manPage(program, { version, date }) {
  return `.TH CAUSEWAY 1 "${date}" "Causeway ${version}" "User Commands"
.SH NAME
causeway \\- carries identity operations between a controller and the systems behind a firewall
.SH SYNOPSIS
.B causeway
.I COMMAND
[\\fIOPTION\\fR]...
.SH DESCRIPTION
${roff(`An agent runs next to directories and databases, opens an outbound WebSocket to a controller, receives connector operations,
runs them on local systems and streams the results back. The controller accepts agents, serves a REST API and reconciles.`)}
.SH COMMANDS
${[...commandsOf(program, 'causeway')].map(section).join('\n')}
.SH FILES
.TP
.I /etc/causeway/agent.yaml\\fR, \\fI/etc/causeway/controller.yaml
The configurations of the two services. /usr/share/doc/causeway/examples holds every setting.
.TP
.I /etc/causeway/credentials/agent/\\fR, \\fI/etc/causeway/credentials/controller/
Secrets the services are handed by systemd.
.TP
.I /var/lib/causeway/agent\\fR, \\fI/var/lib/causeway/controller
What has to survive a restart.
.SH EXIT STATUS
0 done; 1 something failed while running; 2 the command line or the configuration is wrong.
.SH SEE ALSO
/usr/share/doc/causeway/install.md, /usr/share/doc/causeway/upgrade.md
`;
}
