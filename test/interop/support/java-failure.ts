import type { JavaFailureFields } from './java-driver-types.js';

/** An exception of the Java side, as its caller saw it; printed as Java prints it. */
export class JavaFailure extends Error implements JavaFailureFields {
  readonly javaClass: string;
  readonly remote: boolean;
  readonly causes: JavaFailureFields['causes'];
  /** Objects the handler of a search or sync had seen before. */
  readonly delivered: number;

  constructor(fields: JavaFailureFields & { readonly delivered?: number }) {
    super(fields.message ?? '');
    this.name = fields.javaClass;
    this.javaClass = fields.javaClass;
    this.remote = fields.remote;
    this.causes = fields.causes;
    this.delivered = fields.delivered ?? 0;
  }
}
