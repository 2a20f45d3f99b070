import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../../../agent/config/load-config.js';

const AGENT = 'agent: {name: site-1}\ncontrollers: [{url: "wss://c.example/openicf"}]\n';
const acme = (settings: string) => readConfig(`${AGENT}enrolment:\n  acme: {directory: "https://ca.example/dir", names: [a.example]${settings}}`, '/etc/causeway/agent.yaml').enrolment.acme;

describe('enrolment.acme refuses', () => {
  it.each([
    ['a directory in clear text', 'enrolment: {acme: {directory: "http://ca.example/dir", names: [a.example]}}', /enrolment\.acme\.directory: must begin with https/],
    ['no name', 'enrolment: {acme: {directory: "https://ca.example/dir", names: []}}', /enrolment\.acme\.names/],
    ['a wildcard', 'enrolment: {acme: {directory: "https://ca.example/dir", names: ["*.example"]}}', /names\[0\]: expected a DNS name/],
    ['a name with something for a shell in it', 'enrolment: {acme: {directory: "https://ca.example/dir", names: ["a.example; reboot"]}}', /names\[0\]: expected a DNS name/],
    ['a first name that is too long for an agent', `enrolment: {acme: {directory: "https://ca.example/dir", names: ["${'a'.repeat(60)}.example"]}}`, /at most 63 characters/],
    ['a name twice', 'enrolment: {acme: {directory: "https://ca.example/dir", names: [a.example, A.example]}}', /holds a name twice/],
    ['dns-01 without a command', 'enrolment: {acme: {directory: "https://ca.example/dir", names: [a.example], challenge: {type: dns-01}}}', /dns-01 needs command/],
    ['a command that a shell would have to find', 'enrolment: {acme: {directory: "https://ca.example/dir", names: [a.example], challenge: {type: dns-01, command: [dns-record]}}}', /begins with the path of the program/],
    ['a key without its name', 'enrolment: {acme: {directory: "https://ca.example/dir", names: [a.example], externalAccount: {hmacKey: abcdefgh}}}', /externalAccount\.kid: is missing/],
  ])('%s', (_what, settings, problem) => {
    expect(() => readConfig(`${AGENT}${settings}`, '/etc/causeway/agent.yaml')).toThrow(problem);
  });
});

describe('enrolment.acme', () => {
  it('has defaults, paths that count from the file, and names in lower case', () => {
    expect(acme(', ca: ca.pem')).toMatchObject({ challenge: { type: 'http-01', port: 80 }, keyType: 'ecdsa-p256', agreeToTerms: false, ca: '/etc/causeway/ca.pem' });
    expect(acme(', challenge: {type: dns-01, command: [./hook, --zone, example]}')?.challenge.command).toEqual(['/etc/causeway/hook', '--zone', 'example']);
    expect(readConfig(`${AGENT}enrolment: {acme: {directory: "https://ca.example/dir", names: [Site-1.Example]}}`, '/x/agent.yaml').enrolment.acme?.names).toEqual(['site-1.example']);
  });
});
