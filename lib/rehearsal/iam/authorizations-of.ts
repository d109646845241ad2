import type { AwsRequest } from '../aws-answers/aws-request';
import { type Authorization, type AuthorizationContext, onAnything } from './authorization';
import { EC2_AUTHORIZATIONS } from './ec2-authorization';
import { restAuthorization } from './rest-authorization';
import { SERVICE_AUTHORIZATIONS } from './service-authorization';

/** What a request needs, as far as the rehearsal knows it. */
export interface NeededAuthorizations {
  readonly needed: readonly Authorization[];
  /** Whether the resource and the keys of the action are not known: only a statement for every resource can be understood then. */
  readonly isVague: boolean;
}

const BY_OPERATION = { ...EC2_AUTHORIZATIONS, ...SERVICE_AUTHORIZATIONS };

/**
 * What AWS judges of a request.
 *
 * @returns undefined for a request whose action is not known
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export async function authorizationsOf(request: AwsRequest, context: AuthorizationContext): Promise<NeededAuthorizations | undefined> {
  if (request.protocol === 'rest') {
    const needed = restAuthorization(request, context);
    return needed === undefined ? undefined : { needed, isVague: false };
  }
  const operation = `${request.service} ${request.operation}`;
  const known = Object.hasOwn(BY_OPERATION, operation) ? BY_OPERATION[operation] : undefined;
  if (known !== undefined) return { needed: await known(request, context), isVague: false };
  // EC2 knows no resources in its listings.
  return { needed: [onAnything(`${request.service}:${request.operation}`)], isVague: !/^ec2 Describe(?!\w*Attribute$)/.test(operation) };
}
