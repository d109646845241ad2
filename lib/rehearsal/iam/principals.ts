import { randomBytes } from 'node:crypto';
import type { RoleCredentials } from '../account';
import { AwsFault, type AwsRequest } from '../aws-answers/aws-request';
import type { AccountRole } from './account-roles';
import type { TagValues } from './authorization';
import { USER_ID_KEY } from './policy-conditions';
import type { AskingPrincipal } from './policy-evaluation';
import { expiredKey, unknownKey } from './refusals';

/** Role of whoever sits at the computer. The account has it from the start, with AdministratorAccess. */
export const INSTRUCTOR_ROLE = 'Instructor';

/** Keys of the instructor: a session of {@link INSTRUCTOR_ROLE} that never ends. */
export const INSTRUCTOR_CREDENTIALS = { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' } as const;

/** Keys of the account's root user, who may do everything: for what is there before anybody has a role. */
export const ROOT_CREDENTIALS = { accessKeyId: 'rehearsal-root', secretAccessKey: 'rehearsal-root' } as const;

/** Name of the instructor's session. */
const INSTRUCTOR_SESSION = 'rehearsal';

/** How long keys last that nobody asked to last longer, in seconds. */
export const SESSION_SECONDS = 3600;

/** Who makes a request. */
export interface Caller {
  /** As GetCallerIdentity says it: of the session, or of the root user. */
  readonly arn: string;
  /** Name of the role. @default - the root user, who needs none */
  readonly role?: string;
  /** Name of the session. @default - the root user has none */
  readonly session?: string;
  /** Tags of the session. */
  readonly tags: TagValues;
}

/** How a session is opened. */
export interface SessionOptions {
  readonly sessionName: string;
  /** @default - none */
  readonly tags?: TagValues;
  /** @default 3600 */
  readonly seconds?: number;
  /** Whether its keys are good until the account ends: AWS's services renew theirs by themselves. @default false */
  readonly isOfService?: boolean;
}

/** What is known of an access key. */
interface Session {
  readonly caller: Caller;
  readonly secretAccessKey: string;
  /** @default - its requests have none */
  readonly token?: string;
  /** @default - never */
  readonly endsAt?: Date;
}

/** Who has which access key. */
export class Principals {
  private readonly sessions: Map<string, Session>;

  constructor(private readonly accountId: string, private readonly now: () => Date = () => new Date()) {
    this.sessions = new Map<string, Session>([
      [ROOT_CREDENTIALS.accessKeyId, { secretAccessKey: ROOT_CREDENTIALS.secretAccessKey, caller: { arn: `arn:aws:iam::${accountId}:root`, tags: {} } }],
      [INSTRUCTOR_CREDENTIALS.accessKeyId, { secretAccessKey: INSTRUCTOR_CREDENTIALS.secretAccessKey, caller: this.caller(INSTRUCTOR_ROLE, { sessionName: INSTRUCTOR_SESSION }) }],
    ]);
  }

  /**
   * Who signed a request.
   *
   * @throws AwsFault for a request without a key, an unknown key, one without its session token, and one whose time is over
   */
  callerOf(request: AwsRequest): Caller {
    if (request.accessKeyId === '') throw new AwsFault('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
    const session = this.sessions.get(request.accessKeyId);
    if (session === undefined || (session.token !== undefined && session.token !== tokenOf(request))) throw unknownKey(request);
    if (session.endsAt !== undefined && session.endsAt <= this.now()) throw expiredKey(request);
    return session.caller;
  }

  /** The secret of a key; undefined for a key that nobody has. */
  secretAccessKeyOf(accessKeyId: string): string | undefined {
    return this.sessions.get(accessKeyId)?.secretAccessKey;
  }

  /** Gives out keys of a role. */
  open(role: Pick<AccountRole, 'name'>, options: SessionOptions): { readonly credentials: RoleCredentials; readonly caller: Caller } {
    const expiration = new Date(this.now().getTime() + (options.seconds ?? SESSION_SECONDS) * 1000);
    const credentials: RoleCredentials = {
      accessKeyId: `ASIA${capitals(16)}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(240).toString('base64'),
      expiration,
    };
    const caller = this.caller(role.name, options);
    this.sessions.set(credentials.accessKeyId, { caller, secretAccessKey: credentials.secretAccessKey, token: credentials.sessionToken, endsAt: options.isOfService === true ? undefined : expiration });
    return { credentials, caller };
  }

  private caller(role: string, { sessionName, tags = {} }: SessionOptions): Caller {
    // The ARN of a session leaves out the path of the role.
    return { arn: `arn:aws:sts::${this.accountId}:assumed-role/${role}/${sessionName}`, role, session: sessionName, tags };
  }
}

/** A caller as policies of resources name it. */
export function askingPrincipal(caller: Caller, role: AccountRole | undefined, accountId: string): AskingPrincipal {
  return role === undefined ? { arn: caller.arn, accountId } : { arn: role.arn, sessionArn: caller.arn, accountId };
}

/** Condition keys that every request of a caller has. */
export function callerKeys(caller: Caller, role: AccountRole | undefined, accountId: string): Readonly<Record<string, string>> {
  return {
    ...Object.fromEntries(Object.entries({ ...role?.tags, ...caller.tags }).map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
    'aws:PrincipalAccount': accountId,
    'aws:PrincipalArn': role?.arn ?? caller.arn,
    [USER_ID_KEY]: role === undefined ? accountId : userId(caller, role),
    // A rehearsal speaks plain HTTP on loopback. What it stands for is encrypted.
    'aws:SecureTransport': 'true',
  };
}

/** What AWS calls a session besides its ARN. */
export function userId({ session = '' }: Caller, { id }: AccountRole): string {
  return `${id}:${session}`;
}

/** The session token of a request, in the header or, presigned, in the query. */
function tokenOf({ headers, target }: AwsRequest): string | undefined {
  const { 'x-amz-security-token': token } = headers;
  return typeof token === 'string' ? token : new URLSearchParams(target.slice(target.indexOf('?') + 1)).get('X-Amz-Security-Token') ?? undefined;
}

/** The characters of AWS's keys. */
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function capitals(count: number): string {
  return [...randomBytes(count)].map((byte) => CAPITALS[byte % CAPITALS.length]).join('');
}
