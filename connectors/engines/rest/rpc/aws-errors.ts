import { on, type ErrorRule } from '../../http/answer-errors.js';

const REFUSED = [400, 401, 403];
/** Of the access key, the signature, or its time; some services have each of them with `Exception` behind it. */
const CREDENTIALS = ['UnrecognizedClient', 'InvalidClientTokenId', 'InvalidSignature', 'SignatureDoesNotMatch', 'IncompleteSignature', 'MissingAuthenticationToken', 'ExpiredToken', 'RequestExpired', 'RequestTimeTooSkewed', 'InvalidAccessKeyId'];
const BUSY = ['Throttling', 'ThrottledException', 'TooManyRequests', 'RequestLimitExceeded', 'RequestThrottled', 'SlowDown'];

/**
 * What errors of any service of AWS mean, by the path of their code: `__type` of the JSON protocols, where it may have a namespace before
 * it. https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 */
export function awsErrors(at: string): readonly ErrorRule[] {
  return [
    ...CREDENTIALS.map((contains) => on(REFUSED, { at, contains }).fail('invalidCredential', { advice: 'Check the access key, its secret, the region, and the clock of this machine.' })),
    ...['AccessDenied', 'UnauthorizedOperation', 'OptInRequired'].map((contains) => on(REFUSED, { at, contains }).fail('permissionDenied', { advice: 'Grant the role or user what it needs for this.' })),
  ];
}

/** For `throttled`: AWS says 400 where others say 429. https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
export function awsThrottling(at: string): readonly ErrorRule[] {
  return BUSY.map((contains) => on(REFUSED, { at, contains }).fail('retryable'));
}
