/** An error that AWS would answer with. It goes to the caller's SDK, not to the user of the lab. */
export class AwsFault extends Error {
  /** AWS's name of the error, such as `ParameterNotFound`. */
  readonly code: string;
  /** HTTP status. */
  readonly status: number;

  /** @param status HTTP status; SDKs repeat the request after 500, 502, 503 and 504 */
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'AwsFault';
    this.code = code;
    this.status = status;
  }
}
