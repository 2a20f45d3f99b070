import { describe, expect, it } from 'vitest';
import { expressionFilters } from '../../../../connectors/engines/rest/filters/expressions.js';
import { odataLanguage } from '../../../../connectors/engines/rest/filters/odata.js';
import { plainScimLanguage } from '../../../../connectors/engines/rest/filters/scim.js';
import { parameterFilters } from '../../../../connectors/engines/rest/filters/parameters.js';
import { scimLanguage } from '../../../../connectors/engines/rest/filters/scim.js';
import { Attribute, NAME, type Filter } from '../../../../protocol/model/index.js';

const equals = (name: string, value: string): Filter => ({ kind: 'equals', attribute: Attribute.of(name, value) });

describe('filters by parameters', () => {
  const filters = parameterFilters({ equals: { email: 'login', key: { parameter: 'userKey', trusted: true } }, startsWith: { [NAME]: 'filter_term' } });

  it('send what a parameter stands for, and have it looked at again', () => {
    const filter = equals('EMAIL', 'a@b.c');
    expect(filters.split(filter)).toEqual({ native: filter, residual: filter });
    expect(filters.query(filter)).toEqual({ login: 'a@b.c' });
  });

  it('leave alone what is trusted', () => {
    expect(filters.split(equals('key', 'x'))).toEqual({ native: equals('key', 'x'), residual: undefined });
  });

  it('read the list as it is for a text that is too short for the service', () => {
    const named = parameterFilters({ startsWith: { name: { parameter: 'name', shortest: 3 } } });
    const startsWith = (text: string): Filter => ({ kind: 'startsWith', attribute: Attribute.of('name', text) });
    expect(named.split(startsWith('jo'))).toEqual({ native: undefined, residual: startsWith('jo') });
    expect(named.split(startsWith('joh')).native).toEqual(startsWith('joh'));
  });

  it('send each parameter of an and once; the rest is the facade\'s', () => {
    const filter: Filter = { kind: 'and', operands: [equals('email', 'a'), equals('email', 'b'), equals('other', 'c')] };
    const { native, residual } = filters.split(filter);
    expect(native).toEqual(equals('email', 'a'));
    expect(residual).toEqual(filter);
  });

  it.each<[string, Filter]>([
    ['of another kind', { kind: 'contains', attribute: Attribute.of('email', 'a') }], ['or', { kind: 'or', operands: [equals('email', 'a'), equals('email', 'b')] }],
    ['not', { kind: 'not', operand: equals('email', 'a') }], ['of several values', { kind: 'equals', attribute: Attribute.of('email', 'a', 'b') }], ['of an empty text', equals('email', '')],
  ])('leave %s to the facade', (_, filter) => {
    expect(filters.split(filter)).toEqual({ native: undefined, residual: filter });
  });
});

describe('filters by expressions', () => {
  const scim = expressionFilters({ parameter: 'filter', language: scimLanguage, attributes: {
    [NAME]: { path: 'userName', kinds: ['equals', 'startsWith', 'presence'] }, active: { path: 'active', kinds: ['equals'], exact: true, literal: 'boolean' },
  } });

  it.each<[Filter, string]>([
    [equals(NAME, 'a"b\\c'), String.raw`userName eq "a\"b\\c"`],
    [{ kind: 'presence', name: NAME }, 'userName pr'],
    [{ kind: 'and', operands: [equals(NAME, 'a'), equals('active', 'true')] }, '(userName eq "a") and (active eq true)'],
    [{ kind: 'or', operands: [equals(NAME, 'a'), { kind: 'not', operand: equals('active', 'false') }] }, '(userName eq "a") or (not (active eq false))'],
  ])('in SCIM (RFC 7644, section 3.4.2.2): %j', (filter, expression) => {
    expect(scim.query(filter)).toEqual({ filter: expression });
  });

  it('have what may be more than is meant looked at again, and nothing that is exact', () => {
    expect(scim.split(equals(NAME, 'a'))).toEqual({ native: equals(NAME, 'a'), residual: equals(NAME, 'a') });
    expect(scim.split(equals('active', 'true'))).toEqual({ native: equals('active', 'true'), residual: undefined });
  });

  it.each<[string, Filter]>([
    ['the opposite of what is not exact', { kind: 'not', operand: equals(NAME, 'a') }], ['an or with a part the service has not', { kind: 'or', operands: [equals(NAME, 'a'), equals('x', 'b')] }],
    ['a literal of another type', equals('active', 'maybe')], ['an operator the service has not', { kind: 'contains', attribute: Attribute.of('active', 'x') }],
  ])('leave %s to the facade', (_, filter) => {
    expect(scim.split(filter)).toEqual({ native: undefined, residual: filter });
  });

  it('in OData double quotes', () => {
    const odata = expressionFilters({ parameter: '$filter', language: odataLanguage, attributes: { name: { path: 'displayName', kinds: ['equals', 'startsWith'] } } });
    expect(odata.query(equals('name', "O'Hara"))).toEqual({ $filter: "displayName eq 'O''Hara'" });
    expect(odata.query({ kind: 'startsWith', attribute: Attribute.of('name', "O'") })).toEqual({ $filter: "startsWith(displayName,'O''')" });
  });

  it('leave to the facade what a language cannot say of some alternatives', () => {
    const filters = expressionFilters({ parameter: 'q', language: { ...odataLanguage, or: (conditions) => (conditions.length > 2 ? undefined : conditions.join('|')) }, attributes: { a: { path: 'a', kinds: ['equals'] } } });
    const two: Filter = { kind: 'or', operands: [equals('a', '1'), equals('a', '2')] };
    expect(filters.query(two)).toEqual({ q: "a eq '1'|a eq '2'" });
    const three: Filter = { kind: 'or', operands: [...two.operands, equals('a', '3')] };
    expect(filters.split(three)).toEqual({ native: undefined, residual: three });
  });
});

it('of SCIM leave texts to the facade that some services read wrongly, where the definition says so', () => {
  const language = plainScimLanguage;
  expect(['O\'Neil & ()', 'a"b', 'a\\b', 'a\nb'].map((text) => language.compare('equals', 'title', text))).toEqual(['title eq "O\'Neil & ()"', undefined, undefined, undefined]);
});
