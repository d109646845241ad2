import { appendFileSync, mkdirSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { CloudWatchLogsClient, CreateLogGroupCommand, CreateLogStreamCommand, type InputLogEvent, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Account, RoleCredentials } from '../account';
import { asRole } from './role-keys';

/** Bytes of the newest log lines that an answer carries. */
const TAIL_BYTES = 4096;

/** Where the log of an execution environment goes. */
export interface FunctionLogOptions {
  readonly account: Account;
  readonly credentials: RoleCredentials;
  /** Absolute path of the file of the function's log: all that it wrote, whatever its role may. */
  readonly file: string;
  /** Name of the log group. */
  readonly logGroup: string;
  /** Whether the function is still there: Lambda makes no log group for one that is gone. */
  readonly isFunctionThere: () => boolean;
}

/**
 * Log of an execution environment: a file, and a stream of CloudWatch as far as the function's role may write there. IAM reports
 * a right that is missing; the function does not fail for it.
 */
export class FunctionLog {
  readonly streamName: string;
  private readonly client: CloudWatchLogsClient;
  private unsent: InputLogEvent[] = [];
  private tail = '';
  private hasStream = false;
  /** Ends with the last batch that was sent. */
  private sending = Promise.resolve();

  constructor(private readonly options: FunctionLogOptions) {
    const { account, credentials, file } = options;
    const day = account.run.clock.now().toISOString().slice(0, 10).replaceAll('-', '/');
    this.streamName = `${day}/[$LATEST]${randomBytes(16).toString('hex')}`;
    this.client = new CloudWatchLogsClient(asRole(account, credentials));
    mkdirSync(dirname(file), { recursive: true });
  }

  /** Begins an invocation: the newest lines are its own from now on. */
  begin(requestId: string): void {
    this.tail = '';
    this.write(`START RequestId: ${requestId} Version: $LATEST`);
  }

  /** Adds a line. */
  write(line: string): void {
    appendFileSync(this.options.file, `${line}\n`);
    this.tail = `${this.tail}${line}\n`.slice(-TAIL_BYTES);
    // CloudWatch refuses an empty message.
    if (line !== '') this.unsent.push({ timestamp: Date.now(), message: line });
  }

  /** The newest lines of the invocation, as far as an answer of Invoke has room for them. */
  newest(): string {
    return this.tail;
  }

  /** Sends to CloudWatch what is not there yet, without waiting for it. */
  send(): void {
    const events = this.unsent;
    this.unsent = [];
    this.sending = this.sending.then(() => this.put(events)).catch((error: unknown) => {
      appendFileSync(this.options.file, `[not in CloudWatch] ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}\n`);
    });
  }

  /** Waits until all is sent, then closes its connections. */
  async close(): Promise<void> {
    await this.sending;
    this.client.destroy();
  }

  private async put(logEvents: InputLogEvent[]): Promise<void> {
    if (logEvents.length === 0) return;
    const stream = { logGroupName: this.options.logGroup, logStreamName: this.streamName };
    if (!this.hasStream) await this.makeStream(stream);
    this.hasStream = true;
    await this.client.send(new PutLogEventsCommand({ ...stream, logEvents }));
  }

  private async makeStream(stream: { readonly logGroupName: string; readonly logStreamName: string }): Promise<void> {
    try {
      await this.client.send(new CreateLogStreamCommand(stream));
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException' || !this.options.isFunctionThere()) throw error;
      await this.client.send(new CreateLogGroupCommand({ logGroupName: stream.logGroupName }));
      await this.client.send(new CreateLogStreamCommand(stream));
    }
  }
}
