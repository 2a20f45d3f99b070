import { JavaFailure } from '../../support/java-failure.js';

const ICF = 'org.identityconnectors.framework.common.exceptions.';

/** Full names of the classes the tests expect. */
export const JAVA_CLASS = {
  alreadyExists: `${ICF}AlreadyExistsException`,
  configuration: `${ICF}ConfigurationException`,
  connector: `${ICF}ConnectorException`,
  connectorIo: `${ICF}ConnectorIOException`,
  invalidAttributeValue: `${ICF}InvalidAttributeValueException`,
  invalidCredential: `${ICF}InvalidCredentialException`,
  invalidPassword: `${ICF}InvalidPasswordException`,
  operationTimeout: `${ICF}OperationTimeoutException`,
  connectionFailed: `${ICF}ConnectionFailedException`,
  connectionBroken: `${ICF}ConnectionBrokenException`,
  retryable: `${ICF}RetryableException`,
  unknownUid: `${ICF}UnknownUidException`,
  illegalArgument: 'java.lang.IllegalArgumentException',
  unsupported: 'java.lang.UnsupportedOperationException',
} as const;

/** The Java exception a call ends with; fails when it succeeds, or when what went wrong is no exception of the caller's. */
export async function failureOf(call: Promise<unknown>): Promise<JavaFailure> {
  try {
    const result = await call;
    throw new Error(`It did not fail but gave ${JSON.stringify(result)}.`);
  } catch (error) {
    if (error instanceof JavaFailure) return error;
    throw error;
  }
}
