/** A request and what became of it. */
export interface RequestLogEntry {
  /** When the request came in, as ISO 8601 in UTC. */
  readonly time: string;
  /** Name by which the request was signed, such as `ec2`; empty where it was not. */
  readonly service: string;
  /** Such as `DescribeSubnets`, or method and path. */
  readonly action: string;
  /** HTTP status; 0 where the caller went away before there was an answer. */
  readonly status: number;
  /** Milliseconds from the request's first byte to the answer's last. */
  readonly ms: number;
  /** Who answered: this server, or moto. */
  readonly answeredBy: 'lab' | 'moto';
  /**
   * What was answered, or what went wrong.
   *
   * @default - nothing to say
   */
  readonly note?: string;
}

/** Where entries go. */
export type RequestLog = (entry: RequestLogEntry) => void;
