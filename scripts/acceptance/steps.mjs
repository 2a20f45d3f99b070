/** What an administrator types. */

const SITE = '/usr/lib/causeway/bin/node /packages/site.mjs';
const AS_CAUSEWAY = 'runuser -u causeway --';
const ENROL = `${AS_CAUSEWAY} causeway controller enrolment token --config /etc/causeway/controller.yaml --agent site-1`;

const controllerYaml = (hash) => `rest:
  port: 8080
  address: 127.0.0.1
  users: [{ name: openidm-admin, passwordHash: ${hash} }]
gateway:
  port: 8443
  tls: { certificate: /etc/causeway/controller/controller.crt, key: /run/credentials/causeway-controller.service/controller_controller.key, ca: /etc/causeway/controller/ca.crt }
enrolment:
  port: 8444
  url: https://localhost:8444
  authority: /var/lib/causeway/controller/ca
systems:
  configuration: /etc/causeway/controller
data: /var/lib/causeway/controller
`;

const agentYaml = `# Ours, not the package's.
agent:
  name: site-1
  stateDirectory: /var/lib/causeway/agent
controllers:
  - url: wss://localhost:8443/openicf
connectors:
  enabled: [csv, ldap]
isolation:
  connectors: { ldap: {} }
secrets:
  allow:
    - { secret: credential/agent_ldap-bind, connector: ldap, targets: ["127.0.0.1"] }
health:
  port: 8760
`;

const file = (path, text, mode) => `install -m ${mode} -o root -g causeway /dev/stdin ${path} <<'END'\n${text}END`;
const connected = { expected: [/ActiveState=active/, /StatusText=Connected to 1 of 1 controller/] };
const waitConnected = 'for i in $(seq 60); do systemctl show causeway-agent -p StatusText | grep -q "Connected to 1 of 1" && break; sleep 1; done';
const show = 'systemctl show causeway-agent -p ActiveState -p StatusText -p NRestarts -p Type -p NotifyAccess';

export async function steps({ type, chapter, hide, version, newer }) {
  const showConnected = () => {
    type(waitConnected, { quiet: true });
    type(show, connected);
  };
  chapter('Install');
  type('node --version', { fails: true });
  type(`dpkg -i /packages/causeway_${version}-1_amd64.deb`);
  type('causeway --version', { expected: [new RegExp(`^${version}$`)] });
  type('ls -l /etc/causeway');
  type('systemctl is-enabled causeway-agent causeway-controller', { fails: true, expected: [/disabled\ndisabled/] });

  chapter('A site: a directory of 9,000 entries, an HR file of 10,000 people');
  type('head -c 12 /dev/urandom | base64 | tr -d "\\n" > /etc/causeway/credentials/agent/ldap-bind');
  hide(type('cat /etc/causeway/credentials/agent/ldap-bind', { quiet: true }));
  type(`systemd-run --quiet --unit=directory ${SITE} directory`);
  type(`${SITE} files; ls /etc/causeway/controller /srv/hr`);

  chapter('The controller');
  type(`${AS_CAUSEWAY} causeway certs init --dir /var/lib/causeway/controller/ca`);
  type('causeway certs issue-controller --dir /var/lib/causeway/controller/ca --names localhost --out /root/issued');
  type('cp /root/issued/*.crt /etc/causeway/controller/; mv /root/issued/controller.key /etc/causeway/credentials/controller/; chown -R causeway: /var/lib/causeway/controller/ca; chmod a+r /etc/causeway/controller/*; ls /etc/causeway/controller /etc/causeway/credentials/controller');
  type('head -c 12 /dev/urandom | base64 > /root/admin-password');
  hide(type('cat /root/admin-password', { quiet: true }));
  const hash = type('causeway controller hash-password < /root/admin-password', { quiet: true });
  hide(hash);
  type(file('/etc/causeway/controller.yaml', controllerYaml(hash), '0640'));
  type('systemctl enable --now causeway-controller');
  type('systemctl show causeway-controller -p ActiveState -p StatusText', { expected: [/StatusText=Serving REST API on port 8080, agents on port 8443, enrolment on port 8444/] });

  chapter('The agent: enrolled by a one-time token');
  type(file('/etc/causeway/agent.yaml', agentYaml, '0640'));
  type(`${ENROL} > /root/token; wc -l < /root/token`, { expected: [/^1$/] });
  hide(type('cat /root/token', { quiet: true }));
  type(`${AS_CAUSEWAY} causeway agent enroll --config /etc/causeway/agent.yaml --token - < /root/token`, { expected: [/Enrolled as site-1/] });
  // The connector for CSV files wants to write; the unit lets the agent write nothing but its state.
  type("chown -R causeway: /srv/hr; mkdir /etc/systemd/system/causeway-agent.service.d; printf '[Service]\\nReadWritePaths=/srv/hr\\n' > /etc/systemd/system/causeway-agent.service.d/hr.conf");
  type('systemctl enable --now causeway-agent');
  showConnected();
  type('systemctl show causeway-agent -p User -p WatchdogUSec; cat /proc/$(systemctl show causeway-agent -P MainPID)/status | grep -E "^(Uid|CapEff|NoNewPrivs|Seccomp):"', { expected: [/CapEff:\s+0+$/m, /Seccomp:\s+2/] });
  type('systemd-analyze security --no-pager | grep causeway');

  chapter('The main job: the HR file meets the directory');
  type(`${SITE} systems`);
  type(`${SITE} recon`, { expected: [/^200 SUCCESS: /m] });
  type(`${SITE} second-night; chown causeway: /srv/hr/people.csv; systemctl kill -s USR2 directory; ${SITE} recon`, { expected: [/^200 SUCCESS: /m] });

  chapter('An agent that hangs is killed and started again');
  type('kill -STOP $(systemctl show causeway-agent -P MainPID)');
  type('for i in $(seq 90); do [ "$(systemctl show causeway-agent -P NRestarts)" != 0 ] && break; sleep 1; done', { quiet: true });
  type('journalctl -u causeway-agent -o cat --no-pager | grep -i watchdog', { expected: [/Watchdog timeout/] });
  showConnected();

  chapter('Upgrade: configuration and state stay, the agent comes back');
  const before = type(`${SITE} status`);
  type(`dpkg -i /packages/causeway_${newer}-1_amd64.deb`);
  type('causeway --version', { expected: [new RegExp(`^${newer}$`)] });
  showConnected();
  const after = type(`${SITE} status`, { expected: [new RegExp(newer.replaceAll('.', '\\.'))] });
  if (before.split('\n').slice(0, 2).join() !== after.split('\n').slice(0, 2).join()) throw new Error('The upgrade changed configuration or state.');
  type(`${SITE} systems && ${SITE} recon`, { expected: [/^200 SUCCESS: /m] });

  chapter('And back');
  type(`dpkg -i /packages/causeway_${version}-1_amd64.deb 2>&1 | grep -v "^(Reading"`);
  showConnected();
  type(`${SITE} systems && ${SITE} recon`, { expected: [/^200 SUCCESS: /m] });

  chapter('Purge: nothing is left');
  type('systemctl stop directory; rm -r /etc/systemd/system/causeway-agent.service.d; systemctl daemon-reload; dpkg --purge causeway');
  type('getent passwd causeway', { fails: true });
  type('find /etc /usr /lib /var /run -xdev -iname "*causeway*" -not -path "/var/log/journal/*" -not -path "/var/lib/dpkg/*" 2>/dev/null | grep -v -e /var/lib/systemd/ || echo nothing', { expected: [/^nothing$/] });
}
