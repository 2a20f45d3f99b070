import { GuardedString, IcfArray, IcfDouble, IcfFile, IcfUri, type IcfValue } from '../../protocol/model/index.js';

type Plain = string | number | boolean | readonly string[] | null;

/** A property's plain default as the ICF value of its type. */
export function wireValue(type: string, value: Plain): IcfValue {
  if (value === null) return null;
  if (typeof value === 'object') return new IcfArray(type.replace(/\[\]$/, ''), value.map((item) => wireValue(type.replace(/\[\]$/, ''), item)));
  if (typeof value === 'number') return numberValue(type.toLowerCase(), value);
  if (typeof value === 'boolean') return value;
  if (type === 'File') return new IcfFile(value);
  if (type === 'URI') return new IcfUri(value);
  return type === 'GuardedString' ? new GuardedString(value) : value;
}

function numberValue(type: string, value: number): IcfValue {
  if (type === 'long') return BigInt(value);
  return type === 'double' ? new IcfDouble(value) : value;
}
