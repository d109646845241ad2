import type { AwsAnswer } from './aws-answer';
import type { AwsRequest } from './aws-request';

/** What becomes of a request: it has its answer, or moto gets it, changed or not. */
export type Handling =
  | { readonly answer: AwsAnswer }
  | {
    readonly forward: AwsRequest;
    readonly note?: string;
    /** Changes the body of an answer that is no error. @default - moto's answer goes through as it is */
    readonly change?: (body: string) => string;
  };

/**
 * Answers one operation.
 *
 * @throws AwsFault where AWS would answer with an error
 */
export type Handler = (request: AwsRequest) => Handling | Promise<Handling>;
