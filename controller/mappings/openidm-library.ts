/**
 * Source of what scripts of mappings see beside their own variables: `openidm`, `logger`, `identityServer`. Runs in the sandbox;
 * `call` waits for the controller's answer.
 */
export function openidmLibrary({ projectLocation }: { readonly projectLocation: string }): string {
  return String.raw`(function (call, log) {
'use strict';
const location = ${JSON.stringify(projectLocation)};
const logAt = (level) => (...parts) => log(level, parts);
const openidm = {
  read: (resource, params, fields) => call('openidm.read', [resource, params, fields]),
  query: (resource, params, fields) => call('openidm.query', [resource, params, fields]),
  create: (container, id, content, params, fields) => call('openidm.create', [container, id, content, params, fields]),
  update: (resource, revision, content, params, fields) => call('openidm.update', [resource, revision, content, params, fields]),
  patch: (resource, revision, operations, params, fields) => call('openidm.patch', [resource, revision, operations, params, fields]),
  action: (resource, action, content, params, fields) => call('openidm.action', [resource, action, content, params, fields]),
  isEncrypted: (value) => typeof value === 'object' && value !== null && '$crypto' in value && value.$crypto.type === 'x-simple-encryption',
  isHashed: (value) => typeof value === 'object' && value !== null && '$crypto' in value && value.$crypto.type === 'salted-hash',
};
openidm['delete'] = (resource, revision, params, fields) => call('openidm.delete', [resource, revision, params, fields]);
for (const name of ['encrypt', 'decrypt', 'hash', 'matches']) {
  openidm[name] = () => { throw new Error('openidm.' + name + ' is not supported here: this controller keeps no keystore for scripts'); };
}
return {
  openidm,
  logger: { trace: logAt('debug'), debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') },
  identityServer: { getProperty: (name, fallback) => (fallback === undefined ? null : fallback), getInstallLocation: () => location, getProjectLocation: () => location, getWorkingLocation: () => location },
};
})`;
}
