import { expect, it } from 'vitest';
import { whatToTry } from '../../../deploy/demo/what-to-try.js';

const FILES = {
  folder: '/srv/demo', controllerConfig: '', agentConfig: '', csvFile: '', baseUrl: 'http://127.0.0.1:4711', user: 'openidm-admin', password: 'of-this-run', directoryPort: 389, directoryPassword: 'd',
};

it('the end of the demo says where the console is and how to sign in; the password once', () => {
  const text = whatToTry(FILES, 'cn=admin');
  expect(text).toContain('http://127.0.0.1:4711/console/');
  expect(text).toMatch(/User: +openidm-admin/);
  expect(text.split('of-this-run')).toHaveLength(2);
});
