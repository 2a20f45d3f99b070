/** Names whose values are secrets wherever they stand: headers, query parameters, fields of JSON, forms and XML, attributes. */
const WHOLE: ReadonlySet<string> = new Set([
  'token', 'signature', 'otp', 'pin', 'passcode', 'assertion', 'clientassertion', 'samlresponse', 'authorization', 'proxyauthorization', 'cookie', 'setcookie',
  'codeverifier', 'unicodepwd', 'pwd', 'xamzsignature', 'xamzcredential', 'sessionid', 'jsessionid', 'awsaccesskeyid', 'nthash', 'privatekey', 'bearer', 'jwt',
]);
const ENDINGS = ['password', 'passwd', 'passphrase', 'secret', 'accesstoken', 'refreshtoken', 'idtoken', 'authtoken', 'sessiontoken', 'securitytoken', 'apitoken', 'csrftoken', 'usertoken', 'logintoken', 'apikey', 'privatekey', 'secretkey', 'secretaccesskey', 'accesskeyid', 'credential', 'credentials', 'passwordhash', 'sessionkey', 'signature', 'integrationkey'];
/** Mean something else in documents: an error's code, an object's key. */
const OF_PARAMETERS: ReadonlySet<string> = new Set(['key', 'code', 'sig', 'sign', 'pass', 'auth', 'hash']);
const LONGEST = 60;

const plainOf = (name: string): string => name.slice(0, LONGEST).toLowerCase().replaceAll(/[-_.\s]/g, '');

/** Of a parameter of an address or a form. */
export function isSecretParameter(name: string): boolean {
  return OF_PARAMETERS.has(plainOf(name)) || isSecretName(name);
}

/** Compared without case, hyphens, underscores and dots. */
export function isSecretName(name: string): boolean {
  const plain = plainOf(name);
  return WHOLE.has(plain) || ENDINGS.some((ending) => plain.endsWith(ending));
}
