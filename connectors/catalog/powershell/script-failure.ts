import { ConnectorError, errorKindOf, type ErrorKind, type IcfValue } from '../../../protocol/model/index.js';

const OPENICF = 'Org.IdentityConnectors.Framework.Common.Exceptions.';

/** Exceptions of .NET and of the modules scripts usually use. */
const KINDS: ReadonlyMap<string, ErrorKind> = new Map<string, ErrorKind>([
  ['System.NotSupportedException', 'unsupportedOperation'], ['System.NotImplementedException', 'unsupportedOperation'],
  ['System.ArgumentException', 'illegalArgument'], ['System.ArgumentNullException', 'illegalArgument'],
  ['System.InvalidOperationException', 'illegalState'], ['System.UnauthorizedAccessException', 'permissionDenied'], ['System.TimeoutException', 'operationTimeout'],
  ['System.Security.Authentication.AuthenticationException', 'invalidCredential'],
  ['Microsoft.ActiveDirectory.Management.ADIdentityNotFoundException', 'unknownUid'],
  ['Microsoft.ActiveDirectory.Management.ADIdentityAlreadyExistsException', 'alreadyExists'],
  ['Microsoft.ActiveDirectory.Management.ADServerDownException', 'connectionFailed'],
  ['Microsoft.ActiveDirectory.Management.ADPasswordComplexityException', 'invalidPassword'],
  ['Microsoft.ActiveDirectory.Management.ADInvalidPasswordException', 'invalidPassword'],
]);

function kindOf(type: string): ErrorKind | undefined {
  return type.startsWith(OPENICF) ? errorKindOf(`org.identityconnectors.framework.common.exceptions.${type.slice(OPENICF.length)}`) : KINDS.get(type);
}

/**
 * What a script threw, by the class it threw: scripts say `throw New-Object Org.IdentityConnectors…UnknownUidException` where the
 * class matters. The text is the script's own.
 */
export function scriptFailure(value: IcfValue, scriptName: string): ConnectorError {
  const [type, text] = Array.isArray(value) ? value.map((part) => (typeof part === 'string' ? part : '')) : [];
  const message = text === undefined || text === '' ? 'it gave no message' : text;
  return new ConnectorError(kindOf(type ?? '') ?? 'connector', `${scriptName} failed: ${message}`);
}
