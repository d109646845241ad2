/** Asks whether the policy of a queue lets EventBridge send to it for a rule. */
export interface ServiceSend {
  /** The queue's policy, as JSON text. @default - it has none */
  readonly policy?: string;
  /** Such as `events.amazonaws.com`. */
  readonly service: string;
  readonly queueArn: string;
  /** ARN of the rule: the key `aws:SourceArn` of conditions. */
  readonly sourceArn: string;
}

/** Whether the policy of a queue lets a service send a message to it. */
export type MayServiceSend = (send: ServiceSend) => boolean | Promise<boolean>;
