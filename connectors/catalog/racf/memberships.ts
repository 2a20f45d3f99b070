import type { Attribute, IcfValue } from '../../../protocol/model/index.js';
import { fieldOf, refuseValue } from './attributes/given-values.js';
import { oneOf } from './attributes/operand-values.js';
import type { Connection } from './output/list-user.js';
import { TsoCommand, profileName } from './tso/command.js';

/** A connection to a group as it is asked for; what is left out stays as it is, or becomes what RACF takes by default. */
export interface Membership {
  readonly group: string;
  readonly authority?: string;
  readonly owner?: string;
  readonly universalAccess?: string;
}

function detail(value: IcfValue, field: string, check: (text: string) => string): string | undefined {
  const given = fieldOf(value, field);
  return typeof given === 'string' && given !== '' ? check(given) : undefined;
}

function membershipOf(value: IcfValue): Membership {
  if (typeof value === 'string') return { group: profileName(value, '__GROUP__') };
  const group = fieldOf(value, 'GROUP');
  if (typeof group !== 'string') return refuseValue('__GROUP__', 'has to hold group names, or objects with GROUP.');
  const authority = detail(value, 'AUTH', (text) => oneOf('USE', 'CREATE', 'CONNECT', 'JOIN')(text, '__GROUP__'));
  const owner = detail(value, 'OWNER', (text) => profileName(text, '__GROUP__'));
  const universalAccess = detail(value, 'UACC', (text) => oneOf('NONE', 'READ', 'UPDATE', 'CONTROL', 'ALTER')(text, '__GROUP__'));
  return {
    group: profileName(group, '__GROUP__'),
    ...(authority === undefined ? {} : { authority }), ...(owner === undefined ? {} : { owner }), ...(universalAccess === undefined ? {} : { universalAccess }),
  };
}

/** The values of `__GROUP__`, in either of the forms it is returned in. */
export function membershipsOf({ values }: Attribute): readonly Membership[] {
  const memberships = (values ?? []).filter((value) => value !== null).map(membershipOf);
  return [...new Map(memberships.map((membership) => [membership.group, membership])).values()];
}

function isAsAsked(held: Partial<Connection>, { authority, owner, universalAccess }: Membership): boolean {
  return (authority ?? held.authority) === held.authority && (owner ?? held.owner) === held.owner && (universalAccess ?? held.universalAccess) === held.universalAccess;
}

/** A CONNECT for each membership that is not there, or otherwise than asked. */
export function connectCommands(userId: string, wanted: readonly Membership[], held: readonly (Partial<Connection> & { readonly group: string })[]): TsoCommand[] {
  return wanted.flatMap((membership) => {
    const connection = held.find(({ group }) => group === membership.group);
    if (connection !== undefined && isAsAsked(connection, membership)) return [];
    const { group, authority, owner, universalAccess } = membership;
    return [new TsoCommand('CONNECT', userId, [
      `GROUP(${group})`,
      ...(authority === undefined ? [] : [`AUTHORITY(${authority})`]), ...(owner === undefined ? [] : [`OWNER(${owner})`]),
      ...(universalAccess === undefined ? [] : [`UACC(${universalAccess})`]),
    ])];
  });
}
