import { Faults } from './finding.js';

export const systemConfigurationFaults = new Faults('system-configuration', {
  'system-file-unreadable': { outcome: 'failed', why: 'The file is no provisioner file.', advice: 'Give a provisioner.openicf-*.json of the controller, as --systems.' },
  'system-connector-missing': { outcome: 'failed', why: 'This agent has no connector the system asks for.', advice: 'Check bundleName, bundleVersion and connectorName of connectorRef against `causeway connectors list`, and connectors.enabled of the agent.' },
  'system-needs-controller': { outcome: 'warning', why: 'Values in the file are encrypted by the controller or are filled in by it, so that the system cannot be tried from here.', advice: 'Test the system at the controller (_action=test), or use secret://… references, which this agent can resolve.' },
  'system-property-unknown': { outcome: 'warning', why: 'The connector does not have a property of that name; it is ignored.', advice: 'Check the spelling against `causeway connectors describe ID`.' },
  'system-configuration-invalid': { outcome: 'failed', why: 'The system\'s configuration is incomplete, or holds a value that does not fit.', advice: 'Correct configurationProperties in the system\'s file at the controller.' },
  'system-secret-missing': { outcome: 'failed', why: 'A secret the configuration refers to cannot be had on this agent.', advice: 'Put it where the reference points to (causeway secrets set NAME, the file, the variable, the systemd credential), or correct the reference.' },
  'system-secret-refused': { outcome: 'failed', why: 'The agent does not let this system have the secret it refers to.', advice: 'Add a rule to secrets.allow of the agent: secret, connector and targets; or correct the reference.' },
  'system-policy-refuses': { outcome: 'failed', why: 'The local policy does not let this system be used or reached.', advice: 'See what decides: causeway policy check --operation test --connector ID --target HOST:PORT; then change the policy, or the system.' },
});

export const systemLoginFaults = new Faults('system-login', {
  'system-login-refused': { outcome: 'failed', why: 'The target does not accept user name and password (or key) of the configuration.', advice: 'Check the principal, and that the secret behind it is the current one; look whether the account is locked or its password has expired.' },
  'system-password-expired': { outcome: 'failed', why: 'The password of the technical account has expired.', advice: 'Set a new one at the target, exempt the account from expiry, and put the new password where the configuration takes it from.' },
});

export const systemTestFaults = new Faults('system-test', {
  'system-base-missing': { outcome: 'failed', why: 'What the configuration names does not exist at the target, or its account may not see it.', advice: 'Check the names in the configuration (base contexts, tables, files, scripts), and the rights of the account.' },
  'system-no-rights': { outcome: 'failed', why: 'The technical account has not the rights it needs.', advice: 'Give it the rights the page of the connector lists (docs/connectors).' },
  'system-test-timeout': { outcome: 'failed', why: 'The target answers too slowly, or not at all.', advice: 'Look at the load of the target, and at what is between it and this machine.' },
  'system-test-failed': { outcome: 'failed', why: 'The connector\'s own test does not pass.', advice: 'The text says what the target answered; the page of the connector (docs/connectors) lists what it needs.' },
});
